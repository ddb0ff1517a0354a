//! No code: what enables this crate needs the one of the registry.

compile_error!("Remove sea-orm-arrow from [patch.crates-io] in Cargo.toml to use it.");
