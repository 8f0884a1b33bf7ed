"""Writes the README's settings tables from the settings themselves: `python -m deploy.readme.settings_table`."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from admin_ui.settings import Settings as AdminUISettings
from auth_service.settings import Settings as AuthServiceSettings
from resource_api.settings import Settings as ResourceAPISettings

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- settings:begin -->", "<!-- settings:end -->"

SERVICES: dict[str, type[BaseSettings]] = {
    "auth-service": AuthServiceSettings,
    "resource-api": ResourceAPISettings,
    "admin-ui": AdminUISettings,
}


def main() -> None:
    """Put the tables between the README's markers."""
    before, _, rest = README.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{tables()}{END}{after}")


def tables() -> str:
    """One table a service."""
    return "".join(f"### {name}\n\n{table(settings)}\n" for name, settings in SERVICES.items())


def table(settings: type[BaseSettings]) -> str:
    """A row a setting: its variable, its default, and what its docstring says."""
    prefix = settings.model_config.get("env_prefix", "")
    rows = [
        f"| `{field.validation_alias or prefix + name.upper()}` | {default_of(field)} | {field.description} |\n"
        for name, field in settings.model_fields.items()
    ]
    return "| variable | default | |\n|---|---|---|\n" + "".join(rows)


def default_of(field: FieldInfo) -> str:
    """The default as it would be written; bold where there is none and one must be given."""
    value: Any = field.default
    if value is PydanticUndefined:
        return "**required**"
    if isinstance(value, timedelta):
        return f"`{value.total_seconds():.0f}`"
    if value in (None, ""):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    main()
