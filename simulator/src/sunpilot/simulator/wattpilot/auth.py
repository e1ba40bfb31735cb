"""The Wattpilot's side of authentication: the key, the login and the signature of a write.

Wattpilot protocol, key derivation: PBKDF2 on the first and second generation, bcrypt on the Flex. Written from the
protocol alone and shared with no client, so that a mistake in a client cannot hide behind the same mistake here.
"""

import base64
import hashlib
import hmac
import string

PBKDF2, BCRYPT = "pbkdf2", "bcrypt"
ITERATIONS = 100_000
KEY_BYTES = 24
"""The devices derive 256 bytes and use the first 32 base64 characters; those hang on the first 24 bytes alone."""
SALT_BYTES = 16
TO_BCRYPT_ALPHABET = bytes.maketrans(
    (string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/").encode(),
    ("./" + string.ascii_uppercase + string.ascii_lowercase + string.digits).encode(),
)


def derive_key(password: str, serial: str, algorithm: str = PBKDF2) -> str:
    """The key of a box, 32 or 31 characters. Takes some tenths of a second: derive once, off the event loop.

    Raises ValueError for another algorithm, and for a serial number that bcrypt cannot be salted with.
    """
    if algorithm == PBKDF2:
        raw = hashlib.pbkdf2_hmac("sha512", password.encode(), serial.encode(), ITERATIONS, KEY_BYTES)
        return base64.b64encode(raw).decode()
    if algorithm != BCRYPT:
        raise ValueError(f"a Wattpilot derives its key by {PBKDF2} or {BCRYPT}, not by {algorithm!r}")
    return _bcrypt_key(password, serial)


def _bcrypt_key(password: str, serial: str) -> str:
    """bcrypt of the password's SHA-256 in hexadecimal; of its 60 characters the 31 behind cost and salt."""
    import bcrypt  # noqa: PLC0415  (only a Flex needs it)

    if not (serial.isascii() and serial.isdigit() and len(serial) <= SALT_BYTES):
        raise ValueError(f"a Flex has a serial number of at most {SALT_BYTES} digits, not {serial!r}")
    digits = bytes(int(digit) for digit in serial)
    salt = base64.b64encode(digits.rjust(SALT_BYTES, b"\0")).rstrip(b"=").translate(TO_BCRYPT_ALPHABET)
    digest = hashlib.sha256(password.encode()).hexdigest().encode()
    return bcrypt.hashpw(digest, b"$2a$08$" + salt)[-31:].decode()


def login_hash(key: str, token1: str, token2: str, token3: str) -> str:
    """What a client that knows the key answers to the box's two tokens with its own third one."""
    inner = hashlib.sha256((token1 + key).encode()).hexdigest()
    return hashlib.sha256(_octets(token3 + token2 + inner)).hexdigest()


def is_login(key: str, token1: str, token2: str, token3: str, claimed: str) -> bool:
    """Whether `claimed` is the login hash, compared in constant time."""
    return hmac.compare_digest(login_hash(key, token1, token2, token3).encode(), _octets(claimed))


def is_signed(key: str, data: str, claimed: str) -> bool:
    """Whether `claimed` is the hexadecimal HMAC-SHA256 of the text `data`, compared in constant time."""
    signature = hmac.new(key.encode(), _octets(data), hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.encode(), _octets(claimed))


def _octets(text: str) -> bytes:
    """UTF-8 that also takes the lone surrogates JSON can smuggle in."""
    return text.encode("utf-8", "surrogatepass")
