mod filters;
mod invalidation;
mod untrusted_input;
