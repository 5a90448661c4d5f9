"""D-4: settings are checked at start; what is wrong is said with its place and what it must be."""

from pathlib import Path

import pytest

from server.config import Config, ConfigRefused, load

CLOSED = '[server]\ndomain = "a.test:8001"\n'
PUBLIC = '[server]\ndomain = "commons.org"\n'


def read(folder: Path, text: str, **environ: str) -> Config:
    """The settings in `text`, from a file of `folder`."""
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return load(file, environ)


def refused(folder: Path, text: str, **environ: str) -> str:
    """The sentence that refuses `text`; it never spans lines."""
    with pytest.raises(ConfigRefused) as caught:
        read(folder, text, **environ)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def test_a_domain_is_enough(tmp_path: Path) -> None:
    config = read(tmp_path, PUBLIC)
    assert config.server.origin == "https://commons.org"
    assert config.federation.body_limit == 1_048_576
    assert config.server.limits.requests_per_5_minutes == 300


def test_without_a_domain_it_does_not_start(tmp_path: Path) -> None:
    assert refused(tmp_path, "") == (
        "config.toml: [server] domain is missing; it must be a text in quotes"
    )


def test_paths_are_taken_from_the_files_own_folder(tmp_path: Path) -> None:
    config = read(tmp_path, CLOSED + '[storage]\nurl = "sqlite:///a.db"\nblobs = "/var/blobs"\n')
    assert config.storage.url == f"sqlite:///{tmp_path}/a.db"
    assert config.storage.blobs == "/var/blobs"


def test_a_closed_network_may_have_what_it_needs(tmp_path: Path) -> None:
    """O-5: exceptions are networks or exact host:port."""
    (tmp_path / "ca.pem").write_text("", encoding="utf-8")
    config = read(
        tmp_path,
        '[server]\ndomain = "a.test:8001"\nscheme = "http"\n'
        '[federation]\nallow = ["127.0.0.0/8", "b.test:8002"]\nhttp = true\nca_file = "ca.pem"\n'
        '[federation.hosts]\n"b.test" = "127.0.0.1:8002"\n',
    )
    assert config.server.origin == "http://a.test:8001"
    assert config.federation.allow == ("127.0.0.0/8", "b.test:8002")
    assert config.federation.hosts == {"b.test": "127.0.0.1:8002"}
    assert config.federation.ca_file == str(tmp_path / "ca.pem")


def test_a_public_node_may_have_private_neighbours(tmp_path: Path) -> None:
    """O-5. Its own machine stays out of reach, the next test says."""
    config = read(tmp_path, PUBLIC + '[federation]\nallow = ["10.0.0.0/8", "files.lan:443"]\n')
    assert config.federation.allow == ("10.0.0.0/8", "files.lan:443")


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('[federation]\nallow = ["127.0.0.1:8002"]', "allow"),
        ('[federation]\nallow = ["localhost:8002"]', "allow"),
        ('[federation]\nallow = ["b.localhost:8002"]', "allow"),
        ('[federation]\nallow = ["10.0.0.0/8", "0.0.0.0/0"]', "allow"),
        ('[federation]\nallow = ["169.254.169.254/32"]', "allow"),
        ('[federation]\nallow = ["::1/128"]', "allow"),
        ('[federation]\nallow = ["[::1]:80"]', "allow"),
        ('[federation]\nallow = ["::/0"]', "allow"),
        ('[federation]\nallow = ["::ffff:0:0/96"]', "allow"),
        ('[federation]\nallow = ["[::ffff:127.0.0.1]:80"]', "allow"),
        ("[federation]\nhttp = true", "http"),
        ('[federation.hosts]\n"b.test" = "10.0.0.2:8002"', "hosts"),
    ],
)
def test_a_public_domain_refuses_what_is_for_closed_networks(
    tmp_path: Path, lines: str, key: str
) -> None:
    """O-5: the same lines load in a closed network."""
    read(tmp_path, CLOSED + lines)
    sentence = refused(tmp_path, PUBLIC + lines)
    assert f"{key} is " in sentence
    assert sentence.startswith(f"config.toml, line {3 if key == 'hosts' else 4}: [federation] ")
    assert "refused beside a public domain" in sentence


@pytest.mark.parametrize(
    "domain", ["a.localhost", "a.test:80", "hub.internal", "10.1.2.3", "[::1]:8000", "intranet"]
)
def test_closed_domains_may_use_http(tmp_path: Path, domain: str) -> None:
    text = f'[server]\ndomain = "{domain}"\nscheme = "http"\n'
    assert read(tmp_path, text).server.origin == f"http://{domain}"


@pytest.mark.parametrize("domain", ["commons.org", "a.atest", "my.testing.org"])
def test_scheme_http_needs_a_closed_domain(tmp_path: Path, domain: str) -> None:
    text = f'[server]\ndomain = "{domain}"\nscheme = "http"\n'
    assert "line 3: [server] scheme is" in refused(tmp_path, text)


WRONG = [
    ('[server]\ndomain = "Commons.org"', 2, "[server] domain", "a host name in lower case"),
    ('[server]\ndomain = "https://commons.org"', 2, "[server] domain", "a host name"),
    ('[server]\ndomain = ""', 2, "[server] domain", "a host name"),
    ('[server]\ndomain = "commons.org:8443"', 2, "[server] domain", "only in a closed network"),
    (CLOSED + 'scheme = "ftp"', 3, '[server] scheme is "ftp"', 'it must be "http" or "https"'),
    (CLOSED + 'listen = "8000"', 3, "[server] listen", '"127.0.0.1:8000"'),
    (CLOSED + 'listen = "127.0.0.1:0"', 3, "[server] listen", "address:port"),
    (CLOSED + 'trusted_proxies = ["proxy"]', 3, "trusted_proxies", "addresses or networks"),
    (CLOSED + 'trusted_proxies = "10.0.0.1"', 3, "trusted_proxies", "must be a list"),
    (CLOSED + 'language = "de"', 3, "[server] language", 'must be "en" or "fr"'),
    (CLOSED + 'title = ""', 3, "[server] title", "1 to 200 characters"),
    (CLOSED + "open_registration = 1", 3, "open_registration is 1", "must be true or false"),
    (CLOSED + "\n[server.limits]\nrequests_per_5_minutes = -1", 5,
     "[server.limits] requests_per_5_minutes is -1", "from 0 to"),
    (CLOSED + "limits = 3", 3, "[server] limits is 3", "a table of keys"),
    (CLOSED + '[storage]\nurl = "mysql://u:hush@db/x"', 4, "[storage] url", '"postgresql://'),
    (CLOSED + '[storage]\nurl = "sqlite:///"', 4, "[storage] url", '"sqlite:///path'),
    (CLOSED + '[storage]\nurl = "postgresql://[db/x"', 4, "[storage] url", '"postgresql://'),
    (CLOSED + '[federation]\nallow = ["b.test"]', 4, 'allow is "b.test"', '"host:port"'),
    (CLOSED + '[federation]\nallow = ["10.0.0.1"]', 4, "allow", "networks"),
    (CLOSED + '[federation]\nallow = ["127.1:80"]', 4, "allow", "networks"),
    (CLOSED + '[federation]\nallow = ["10.0.0.1/8"]', 4, "allow", "networks"),
    (CLOSED + "[federation]\nallow = [1]", 4, "allow is [1]", "a list of texts"),
    (CLOSED + '[federation]\nca_file = "no.pem"', 4, "ca_file", "a file that exists"),
    (CLOSED + "[federation]\nbody_limit = 10", 4, "body_limit is 10", "from 65536 to 16777216"),
    (CLOSED + '[federation]\nbody_limit = "1 MB"', 4, "body_limit", "a whole number"),
    (CLOSED + '[federation.hosts]\n"b.test" = "b"', 4, "[federation.hosts] b.test", "address:port"),
    (CLOSED + '[federation.hosts]\n"B!" = "127.0.0.1:1"', 4, "[federation.hosts] B!", "host name"),
    (CLOSED + '[federation.hosts]\n"b.test:80" = "127.0.0.1:1"', 4, "b.test:80", "without a port"),
    (CLOSED + "[federation.hosts]\n'b.test' = 1", 3, "[federation] hosts", "a table of texts"),
    (CLOSED + "[worker]\ndeliveries = 2\ndeliveries_per_host = 3", 5, "per_host is 3", "above"),
    (CLOSED + "[worker]\nsigning_threads = 0", 4, "signing_threads is 0", "from 1 to 64"),
    (CLOSED + 'domian = "x"', 3, "[server] domian", "did you mean [server] domain?"),
    (CLOSED + "[feederation]\nhttp = true", 3, "[feederation]", "did you mean [federation]?"),
    (CLOSED + "[worker]\nzzz = 1", 4, "[worker] zzz", "known here: deliveries, "),
    (CLOSED + "[server.limits]\nzzz = 1", 4, "[server.limits] zzz", "requests_per_5_minutes"),
    ("server = 3", 1, "[server] is 3", "a table of keys"),
    ("[server]\ndomain = a.test", 2, "must be TOML", "Invalid value"),
    ('[server]\ndomain = "a"\ndomain = "b"', 3, "must be TOML", "overwrite"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "key", "expected"), WRONG)
def test_what_is_wrong_is_named(
    tmp_path: Path, text: str, line: int, key: str, expected: str
) -> None:
    sentence = refused(tmp_path, text)
    assert sentence.startswith(f"config.toml, line {line}: ")
    assert key in sentence
    assert expected in sentence
    assert "hush" not in sentence


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        CLOSED + '[federation]\nhttp = false\nallow = ["10.0.0.0/8"]\n',
        PASSERELLE_STORAGE__URL="postgresql://ann:hush@db.test/passerelle",
        PASSERELLE_FEDERATION__HTTP="yes",
        PASSERELLE_FEDERATION__ALLOW="127.0.0.1:8002, 127.0.0.1:8003",
        PASSERELLE_FEDERATION__HOSTS='{"b.test": "127.0.0.1:8002"}',
        PASSERELLE_SERVER__TRUSTED_PROXIES='["10.0.0.1"]',
        PASSERELLE_SERVER__LIMITS__REQUESTS_PER_5_MINUTES="0",
        PASSERELLE_HOME="not a setting",
        HOME="/nowhere",
    )
    assert config.storage.url == "postgresql://ann:hush@db.test/passerelle"
    assert config.federation.http is True
    assert config.federation.allow == ("127.0.0.1:8002", "127.0.0.1:8003")
    assert config.federation.hosts == {"b.test": "127.0.0.1:8002"}
    assert config.server.trusted_proxies == ("10.0.0.1",)
    assert config.server.limits.requests_per_5_minutes == 0


def test_the_environment_alone_may_be_enough(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        "",
        PASSERELLE_SERVER__DOMAIN="commons.org",
        PASSERELLE_FEDERATION__ALLOW="",
        PASSERELLE_FEDERATION__HOSTS="{}",
    )
    assert config.server.domain == "commons.org"
    assert config.federation.hosts == {}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PASSERELLE_STORAGE__URI", "x", "did you mean [storage] url?"),
        ("PASSERELLE_ZZZ__URL", "x", "not a known key; known here: none"),
        ("PASSERELLE_SERVER__LIMITS", "x", "names a section, not a key"),
        ("PASSERELLE_FEDERATION__HTTP", "maybe", 'http is "maybe"; it must be true or false'),
        ("PASSERELLE_WORKER__DELIVERIES", "-4", 'deliveries is "-4"; it must be a whole number'),
        ("PASSERELLE_WORKER__DELIVERIES", "4000", "deliveries is 4000; it must be a whole number"),
        ("PASSERELLE_FEDERATION__HOSTS", "b.test", "must be a table"),
        ("PASSERELLE_FEDERATION__ALLOW", "[1", "must be a list"),
        ("PASSERELLE_STORAGE__URL", "mysql://u:hush@db/x", "[storage] url must be"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, name: str, value: str, expected: str) -> None:
    sentence = refused(tmp_path, CLOSED, **{name: value})
    assert sentence.startswith(f"environment variable {name}: ")
    assert expected in sentence
    assert "hush" not in sentence


def test_a_database_password_is_kept_from_others(tmp_path: Path) -> None:
    """D-4: the mode of a file with a secret is checked; D-6: settings in a log don't show it."""
    file = tmp_path / "config.toml"
    file.write_text(CLOSED + '[storage]\nurl = "postgresql://ann:hush@db.test/passerelle"\n')
    file.chmod(0o640)
    assert "hush" not in repr(load(file, {}))
    file.chmod(0o644)
    with pytest.raises(ConfigRefused, match=r"line 4: \[storage\] url holds a password") as caught:
        load(file, {})
    assert "hush" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigRefused, match="is not there: `passerelle init`"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(ConfigRefused, match="can't be read"):
        load(tmp_path, {})
    file = tmp_path / "latin.toml"
    file.write_bytes(b'[server]\ndomain = "\xe9"\n')
    with pytest.raises(ConfigRefused, match="UTF-8"):
        load(file, {})


def test_settings_do_not_change_after_loading(tmp_path: Path) -> None:
    config = read(tmp_path, PUBLIC)
    with pytest.raises(AttributeError):
        config.server.domain = "other.org"  # type: ignore[misc]
