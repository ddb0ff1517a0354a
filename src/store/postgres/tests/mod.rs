mod tls;
mod url;
