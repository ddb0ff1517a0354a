//! A mark that all code in this process can see, and that vanishes with the process.
//!
//! On Linux it is a Unix socket with an abstract name: nothing is left behind on disk, and no folder must be writable.
//! On other Unix systems it is a locked file in the folder for temporary files. Windows needs none: its locks belong to
//! the handle of a file, and closing another handle leaves them alone.

#[cfg(all(unix, any(test, not(target_os = "linux"))))]
mod locked_file;

#[cfg(target_os = "linux")]
pub(super) use abstract_socket::Marker;
#[cfg(all(unix, not(target_os = "linux")))]
pub(super) use locked_file::Marker;
#[cfg(not(unix))]
pub(super) use not_needed::Marker;

#[cfg(target_os = "linux")]
mod abstract_socket {
    use std::io;
    use std::net::Shutdown;
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    /// A socket that only has a name.
    #[derive(Debug)]
    pub(in super::super) struct Marker {
        _socket: UnixDatagram,
    }

    impl Marker {
        /// Returns `None` if there is such a marker already.
        ///
        /// # Errors
        /// If the process may not create sockets.
        pub(in super::super) fn place(name: &str) -> io::Result<Option<Self>> {
            match UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(name)?) {
                Ok(socket) => {
                    // Other processes can send to the name. Nothing is received.
                    let _ = socket.shutdown(Shutdown::Both);
                    Ok(Some(Self { _socket: socket }))
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
                Err(error) => Err(error),
            }
        }
    }
}

#[cfg(not(unix))]
mod not_needed {
    use std::io;

    pub(in super::super) struct Marker;

    impl Marker {
        #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
        pub(in super::super) fn place(_name: &str) -> io::Result<Option<Self>> {
            Ok(Some(Self))
        }
    }
}
