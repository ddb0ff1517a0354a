//! Determines the server process that a session began with.
//!
//! The server sends its process id when a session begins, for cancel requests, but the driver does not expose it. So
//! this module writes a cancel request to memory, which is never sent, and reads the process id from it.

use std::convert::Infallible;
use std::future::{Ready, ready};

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
use tokio_postgres::CancelToken;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// An SSLRequest consists of two numbers: its length and its code. See "SSLRequest" in PostgreSQL's protocol.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// A CancelRequest consists of a length, a code, a process and a secret, of four bytes each. See "CancelRequest".
const REQUEST_BYTES: usize = 16;

/// Returns the process that a session began with.
pub(super) async fn first_process(token: &CancelToken) -> Option<i32> {
    let (near, mut far) = duplex(64);
    let request = token.cancel_query_raw(near, Unencrypted);
    let process = async {
        let mut head = [0; 8];
        far.read_exact(&mut head).await.ok()?;
        if head == SSL_REQUEST {
            far.write_all(b"S").await.ok()?;
            far.read_exact(&mut head).await.ok()?;
        }
        let mut rest = [0; REQUEST_BYTES - 8];
        far.read_exact(&mut rest).await.ok()?;
        let [a, b, c, d, ..] = rest;
        Some(i32::from_be_bytes([a, b, c, d]))
    };
    let (_written, process) = tokio::join!(request, process);
    process
}

/// A TLS connector that does not encrypt.
struct Unencrypted;

impl TlsConnect<DuplexStream> for Unencrypted {
    type Stream = Plain;
    type Error = Infallible;
    type Future = Ready<Result<Plain, Infallible>>;

    fn connect(self, stream: DuplexStream) -> Self::Future {
        ready(Ok(Plain(stream)))
    }
}

struct Plain(DuplexStream);

impl TlsStream for Plain {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

mod passing {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::{AsyncRead, AsyncWrite};

    use super::{Plain, ReadBuf};

    impl AsyncRead for Plain {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_read(context, buffer)
        }
    }

    impl AsyncWrite for Plain {
        fn poll_write(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.0).poll_write(context, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(context)
        }

        fn poll_shutdown(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(context)
        }
    }
}
