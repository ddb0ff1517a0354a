mod filters;
mod judgement;
