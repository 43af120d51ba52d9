import string

from orgs import keys


def test_generated_keys_are_unique_and_well_formed() -> None:
    generated = {keys.generate() for _ in range(100)}
    assert len(generated) == 100
    for key in generated:
        assert keys.is_well_formed(key)
        assert key.startswith("hsk_")
        assert len(key) == 46, "4 characters of scheme, 36 random, 6 of checksum"


def test_malformed_keys_are_detected() -> None:
    key = keys.generate()
    others = ("", "hsk_", key[:-1], key + "0", key.upper(), " " + key, key + "\n", "x" * 46, key.replace("hsk", "sk"))
    typos = [f"{key[:at]}{'0' if key[at] != '0' else '1'}{key[at + 1 :]}" for at in range(len(key))]
    assert [text for text in (*others, *typos) if keys.is_well_formed(text)] == []


def test_the_prefix_shows_12_characters_and_the_digest_is_sha256_in_hexadecimal() -> None:
    key = keys.generate()
    assert keys.prefix_of(key) == key[:12]
    assert keys.digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert set(keys.digest_of(key)) <= set(string.hexdigits)
