//! Keeps the constants of pages whose code is in files of their own in those files.

fn main() {
    // What the linker has put into one segment with other things cannot always be taken apart again (it may not become longer, and
    // does where constants are aligned anew); all of it then lies in the first file. Each constant in a segment of its own can.
    if std::env::var_os("CARGO_FEATURE_SPLIT").is_some() {
        println!("cargo::rustc-link-arg-cdylib=--no-merge-data-segments");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
