mod filters;
mod untrusted_input;
