mod pg;
mod tls;
mod url;
