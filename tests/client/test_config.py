"""Settings: which place goes before which, and what is said when one is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from winnerlook import config
from winnerlook.config import SETTINGS, InsecureFileWarning, Sourced, load
from winnerlook.errors import ConfigurationError

SECRET = "canary-password"
NAMES = [setting.name for setting in SETTINGS]
NUMERIC = {"connect_timeout", "read_timeout", "total_timeout"}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file that only its owner may read."""

    def go(content: str | bytes, name: str = "w.toml", mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return path

    return go


def value(name: str, layer: int) -> str:
    return str(layer) if name in NUMERIC else f"{name}-{layer}"


@pytest.mark.parametrize("name", NAMES)
def test_precedence(name: str, write: Write) -> None:
    """Argument, environment, profile, top level of the file, default; each is asked when those before it are silent."""
    file = str(write(f'{name} = "{value(name, 3)}"\n[profiles.p]\n{name} = "{value(name, 2)}"\n[profiles.empty]\n'))
    variable = f"WINNERLOOK_{name.upper()}"
    environ = {variable: value(name, 1), "WINNERLOOK_CONFIG": file, "WINNERLOOK_PROFILE": "p"}
    found = [
        load({name: value(name, 0)}, environ=environ)[name],
        load({name: None}, environ=environ)[name],
        load({}, environ={**environ, variable: ""})[name],
        load({}, environ={"WINNERLOOK_CONFIG": file, "WINNERLOOK_PROFILE": ""})[name],
        load({}, environ={})[name],
    ]
    default = next(setting.default for setting in SETTINGS if setting.name == name)
    # A file that is named in a file is looked for beside it.
    values = [sourced.value.rpartition("/")[2] if name == "ca_file" else sourced.value for sourced in found]
    assert values == [*(value(name, layer) for layer in range(4)), default]
    assert [sourced.source for sourced in found] == ["argument", variable, f"{file} [profiles.p]", file, "default"]


def test_a_file_writes_numbers_and_switches_as_toml_does(write: Write) -> None:
    file = str(write('retries = 0\nrate_limit = 2.5\nverify = false\nca_file = "ca.pem"\n'))
    found = load({}, environ={}, file=file)
    assert (found["retries"].value, found["rate_limit"].value, found["verify"].value) == (0, 2.5, False)
    assert Path(found["ca_file"].value) == Path(file).parent / "ca.pem"
    assert ("verify", "false", file) in list(found.shown())


@pytest.mark.parametrize("line", ["retries = true", "endpoint = 5", "verify = 1", "retries = []"])
def test_values_of_another_type_are_refused(write: Write, line: str) -> None:
    with pytest.raises(ConfigurationError, match="must be"):
        load({}, environ={}, file=str(write(line + "\n")))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("verify", "perhaps"), ("retries", "many"), ("retries", "nan"), ("retries", "2.7"), ("balance_interval", "inf"),
        ("rate_limit", "-1"), ("pin_sha256", "ab:cd"),
    ],
)
def test_values_that_mean_nothing_are_refused(name: str, value: str) -> None:
    settings = {"endpoint": "http://127.0.0.1", "user_code": "u", "user_pass": "p", name: value}
    with pytest.raises(ConfigurationError):
        load(settings, environ={}).complete()


def test_file_and_profile_as_arguments_go_first(write: Write) -> None:
    good = str(write('[profiles.b]\nuser_code = "right"\n', "good.toml"))
    environ = {"WINNERLOOK_CONFIG": "/nowhere.toml", "WINNERLOOK_PROFILE": "a"}
    assert load({}, environ=environ, file=good, profile="b")["user_code"].value == "right"


def test_an_argument_may_say_where_it_came_from() -> None:
    assert load({"endpoint": Sourced("x", "--endpoint")}, environ={})["endpoint"] == Sourced("x", "--endpoint")


def test_the_file_at_home(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write('user_code = "home"\n', ".config/winnerlook/config.toml")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load({}, environ={})["user_code"].value == "home"
    assert load({}, environ={"WINNERLOOK_CONFIG": "~/.config/winnerlook/config.toml"})["user_code"].value == "home"


@pytest.mark.parametrize("content", [f"{SECRET}\n", f"{SECRET}\r\n", SECRET, f"\ufeff{SECRET}"])
def test_a_password_file(write: Write, content: str) -> None:
    """As containers mount secrets; a line's end and a byte order mark are no part of it."""
    secret = write(content, "secret")
    found = load({}, environ={"WINNERLOOK_USER_PASS_FILE": str(secret)})["user_pass"]
    assert found == Sourced(SECRET, f"WINNERLOOK_USER_PASS_FILE {secret}")


def test_a_password_file_named_in_the_file(write: Write) -> None:
    """A relative name starts from the configuration file's folder."""
    write(SECRET, "secret")
    file = write('user_pass_file = "secret"\n')
    assert load({}, environ={}, file=str(file))["user_pass"].value == SECRET


def test_a_password_goes_before_a_password_file(write: Write) -> None:
    """What is known already is not looked up: the file need not be there."""
    missing = {"WINNERLOOK_USER_PASS_FILE": "/nowhere"}
    assert load({"user_pass": "a"}, environ=missing)["user_pass"].value == "a"
    assert load({}, environ={**missing, "WINNERLOOK_USER_PASS": "b"})["user_pass"].value == "b"
    file = write('user_pass = "top"\n[profiles.p]\nuser_pass_file = "secret"\n')
    write(SECRET, "secret")
    assert load({}, environ={}, file=str(file), profile="p")["user_pass"].value == SECRET
    assert load({"user_pass": "a"}, environ={}, file=str(write('user_pass_file = "missing"\n')))["user_pass"].value == "a"


def test_nothing_is_opened_when_everything_is_given() -> None:
    arguments = dict.fromkeys(NAMES, "1")
    assert load(arguments, environ={"WINNERLOOK_CONFIG": "/nowhere"})["endpoint"].value == "1"
    with pytest.raises(ConfigurationError):
        load(arguments, environ={}, file="/nowhere")


@pytest.mark.parametrize("mode", [0o644, 0o604])
def test_a_password_that_everybody_can_read_is_warned_about(write: Write, mode: int) -> None:
    secret, file = write(SECRET, "secret", mode), write(f'user_pass = "{SECRET}"', mode=mode)
    for environ in ({"WINNERLOOK_USER_PASS_FILE": str(secret)}, {"WINNERLOOK_CONFIG": str(file)}):
        with pytest.warns(InsecureFileWarning) as caught:
            assert load({}, environ=environ)["user_pass"].value == SECRET
        assert "chmod 600" in str(caught[0].message)
        assert SECRET not in str(caught[0].message)


def test_a_file_without_a_password_may_be_open(write: Write) -> None:
    assert load({}, environ={}, file=str(write('user_code = "a"', mode=0o644)))["user_code"].value == "a"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (f'user_pass = "{SECRET}', "not TOML, see "),
        (f"user_pass = {SECRET}", "not TOML, see line 1, column"),
        (f'user_pass = "{SECRET}"\nuser_pass = "{SECRET}"', "not TOML"),
        (b"\xff\xfe" + SECRET.encode("utf-16-le"), "not UTF-8"),
        ("user_code = 5", "user_code must be a string, in quotes"),
        ("user_pass = 20140610", "user_pass must be a string, in quotes"),
        ("user_pass = ['x']", "user_pass must be a string, in quotes"),
        ("read_timeout = true", "read_timeout must be a number"),
        ("read_timeout = [1]", "read_timeout must be a number"),
        ("user_pass_file = 5", "user_pass_file must be a string"),
        ('user_pass_file = "missing"', "cannot read the password from"),
        ('user_pass_file = "a\\u0000b"', "its name is no file name"),
        (f'password = "{SECRET}"', "there is no setting 'password'; there are balance_interval, binding, "),
        ("profiles = 5", "profiles must be tables"),
        ("[profiles]\np = 5", "profiles must be tables"),
        ("", "has no profile 'p'; it has none"),
        ("[profiles.q]\n[profiles.r]\n", "has no profile 'p'; it has q, r"),
        ("[profiles.p]\nnothing = 1", "[profiles.p]: there is no setting 'nothing'"),
    ],
)
def test_a_wrong_file(write: Write, content: str | bytes, told: str) -> None:
    """L2: the message says which file and what, and quotes no password."""
    file = write(content)
    with pytest.raises(ConfigurationError) as caught:
        load({}, environ={}, file=str(file), profile="p" if "profile" in told or b"profiles.p" in file.read_bytes() else None)
    assert told in str(caught.value)
    assert str(file) in str(caught.value)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.__cause__)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"WINNERLOOK_CONFIG": "/nowhere.toml"}, "/nowhere.toml: No such file"),
        ({"WINNERLOOK_CONFIG": "/"}, "configuration file /: Is a directory"),
        ({"WINNERLOOK_CONFIG": "~nobody-of-this-name/w.toml"}, "~nobody-of-this-name/w.toml: No such file"),
        ({"WINNERLOOK_PROFILE": "p"}, "there is no configuration file"),
        ({"WINNERLOOK_USER_PASS_FILE": "/nowhere"}, "WINNERLOOK_USER_PASS_FILE: cannot read the password from /nowhere: No such file"),
        ({"WINNERLOOK_USER_PASS_FILE": "/dev/null"}, "it is empty"),
    ],
)
def test_a_wrong_environment(environ: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told.replace("(", r"\(")):
        load({}, environ=environ)


COMPLETE = {"endpoint": "http://127.0.0.1", "user_code": "demo", "user_pass": SECRET}


def test_complete() -> None:
    settings = load({**COMPLETE, "read_timeout": "2.5"}, environ={}).complete()
    assert (settings.endpoint, settings.user_code, settings.user_pass, settings.binding) == ("http://127.0.0.1", "demo", SECRET, "soap11")
    assert (settings.timeouts.connect, settings.timeouts.read, settings.timeouts.total) == (5, 2.5, 60)


def test_what_is_missing_is_named() -> None:
    configuration = load({"user_code": ""}, environ={})
    assert [setting.name for setting in configuration.missing()] == ["endpoint", "user_code", "user_pass"]
    with pytest.raises(ConfigurationError, match=r"not set: endpoint .*WINNERLOOK_ENDPOINT; user_code .*; user_pass "):
        configuration.complete()


@pytest.mark.parametrize("wrong", ["soon", "", "0", "-1", "nan", "inf", [1]])
@pytest.mark.parametrize("name", sorted(NUMERIC))
def test_wrong_timeouts(name: str, wrong: object) -> None:
    with pytest.raises(ConfigurationError, match=name):
        load({**COMPLETE, name: wrong}, environ={}).complete()


def test_nothing_shows_the_password() -> None:
    """L2"""
    configuration = load({**COMPLETE, "endpoint": f"http://user:{SECRET}@127.0.0.1"}, environ={})
    shown = [*map(str, configuration.shown()), str(configuration), repr(configuration), repr(configuration["user_pass"])]
    assert not [text for text in [*shown, repr(configuration.complete())] if SECRET in text.replace("endpoint='http://user:" + SECRET, "")]
    assert ("user_pass", "***", "argument") in list(configuration.shown())
    assert ("endpoint", "http://***@127.0.0.1", "argument") in list(configuration.shown())
    assert next(iter(load({}, environ={}).shown())) == ("endpoint", "(not set)", "default")


def test_every_setting_has_a_variable() -> None:
    assert [setting.variable for setting in SETTINGS][:3] == ["WINNERLOOK_ENDPOINT", "WINNERLOOK_USER_CODE", "WINNERLOOK_USER_PASS"]
    assert all(setting.meaning for setting in SETTINGS)
    assert Path("~/.config/winnerlook/config.toml") == config.DEFAULT_FILE
