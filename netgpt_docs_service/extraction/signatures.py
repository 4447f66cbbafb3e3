"""Files that are not read, by how they begin: so that a refusal can say what was sent."""

from __future__ import annotations

_MARKS = (
    (b"\x7fELF", "an ELF executable"),
    (b"\xca\xfe\xba\xbe", "a Java class or a Mach-O executable"),
    (b"\xfe\xed\xfa\xce", "a Mach-O executable"),
    (b"\xfe\xed\xfa\xcf", "a Mach-O executable"),
    (b"\xce\xfa\xed\xfe", "a Mach-O executable"),
    (b"\xcf\xfa\xed\xfe", "a Mach-O executable"),
    (b"\0asm", "a WebAssembly module"),
    (b"dex\n03", "an Android executable"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xfd7zXZ\0", "an XZ archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x04\x22\x4d\x18", "an LZ4 archive"),
    (b"MSCF\0\0\0\0", "a cabinet archive"),
    (b"!<arch>\n", "an ar archive or a Debian package"),
    (b"\xed\xab\xee\xdb", "an RPM package"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"\0\0\1\0", "an icon"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"AT&TFORM", "a DjVu document"),
    (b"ID3", "an MP3 recording"),
    (b"\xff\xfb", "an MP3 recording"),
    (b"\xff\xf3", "an MP3 recording"),
    (b"\xff\xf1", "an AAC recording"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"MThd\0\0\0\6", "a MIDI file"),
    (b"#!AMR", "an AMR recording"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"FLV\1", "a Flash video"),
    (b"\0\0\1\xba", "an MPEG video"),
    (b"\0\0\1\xb3", "an MPEG video"),
    (b"0&\xb2u\x8ef\xcf\x11", "a Windows Media file"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"OTTO\0", "a font"),
    (b"\0\1\0\0\0", "a font or an Access database"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"\x78\x9f\x3e\x22", "an Outlook attachment container (winmail.dat)"),
    (b"!BDN", "an Outlook mailbox"),
    (b"PAR1", "a Parquet table"),
    (b"ARROW1", "an Arrow table"),
    (b"Obj\1", "an Avro file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"GGUF", "a model"),
    (b"bplist00", "a binary property list"),
    (b"\xed\xfe\xed\xfe", "a Java key store"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
)
_TEXTS = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"%!PS", "a PostScript document"),
    (b"-----BEGIN PGP MESSAGE", "an encrypted PGP message"),
)
_SHORT = (
    (b"BZh", "a bzip2 archive"),
    (b"\x1f\x9d", "a compress archive"),
    (b"MZ", "a Windows executable"),
    (b"BM", "a BMP picture"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
)
_AT = (
    (257, b"ustar", "a tar archive"),
    (4, b"ftypheic", "a HEIC picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftypM4A", "an MP4 recording"),
    (4, b"ftyp", "an MP4 or QuickTime video"),
    (8, b"WEBP", "a WebP picture"),
    (8, b"WAVE", "a WAV recording"),
    (8, b"AVI ", "an AVI video"),
    (8, b"AIFF", "an AIFF recording"),
    (60, b"BOOKMOBI", "a Mobipocket book"),
    (0x8001, b"CD001", "a disc image"),
)
_LOOK_BYTES = 4096


def unread_kind(content: bytes) -> str | None:
    """Return what a file that is not read is called, None where no signature tells."""
    is_binary = b"\0" in content[:_LOOK_BYTES]
    kinds = (
        *(kind for mark, kind in _TEXTS if content.startswith(mark)),
        # Letters begin a text as well ("ID3 tags are ..."): they count only before zero bytes.
        *(
            kind
            for mark, kind in _MARKS
            if content.startswith(mark) and (is_binary or not mark.isascii() or b"\0" in mark)
        ),
        *(kind for mark, kind in _SHORT if is_binary and content.startswith(mark)),
        *(kind for at, mark, kind in _AT if is_binary and content.startswith(mark, at)),
    )
    return next(iter(kinds), None)
