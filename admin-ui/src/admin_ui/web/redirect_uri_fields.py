"""Fields of a form for addresses: each line, or the only one, with the reason against it."""

from wtforms import Field, ValidationError
from wtforms import Form as WTForm

from admin_ui.web.forms import LinesField
from admin_ui.web.redirect_uris import (
    Line,
    check_lines,
    reason_against_number,
    reason_against_web_address,
)


class RedirectUrisField(LinesField):
    """Addresses that people are sent to; the form says whether the client is a native application."""

    native = False

    @property
    def lines(self) -> list[Line]:
        """Each line with the verdict on it."""
        return check_lines("\n".join(self.data or []), self.native)

    def pre_validate(self, form: WTForm) -> None:
        """Name the lines that cannot be registered; of too many say so alone."""
        if too_many := reason_against_number(self.lines):
            raise ValidationError(too_many)
        faulty = [str(line.number) for line in self.lines if line.reason]
        if faulty:
            which = f"Line {faulty[0]}" if len(faulty) == 1 else f"Lines {', '.join(faulty)}"
            raise ValidationError(f"{which} cannot be registered.")


def check_web_address(form: WTForm, field: Field) -> None:
    """An https address, as pages will link to and servers will call."""
    reason = reason_against_web_address(field.data)
    if reason:
        raise ValidationError(f"This address {reason}.")
