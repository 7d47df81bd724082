r"""Play back what a terminal would have done with a text, and keep what stands on it in the end.

Progress bars write over themselves: by \r, \b, and by codes that move the cursor or erase. Colors
are kept, as their codes; links, titles, other alphabets and every other control code are dropped:
no page can draw them. Pure.
"""

import re

# A code of the form ESC [ parameters final; a text up to BEL or ESC \ (titles, links); one of a few
# letters (alphabets, saved cursors); and single characters that no page shows.
CODE = re.compile(
    r"\x1b\[(?P<given>[0-?]*)[ -/]*(?P<does>[@-~])"
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-Z\\^-~]"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
MOVES = set("ABCDEFGHJKf")
COLOR = re.compile(r"[0-9;]*")
# Pages have 256 colors at most; of a color in three numbers they would take each for another one.
TRUE_COLOR = re.compile(r"(?:^|;)[34]8;2(?:;\d*){1,3}")
# No line is padded beyond this, however far to the right a program jumps.
WIDEST = 1000


def as_shown(text: str) -> str:
    r"""Return what stands on a terminal after the text: lines, and codes of colors.

    Half characters (lone surrogates), which no file can hold, become question marks.
    """
    text = text.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    moved = any(code[0] in "\r\b" or code["does"] in MOVES for code in CODE.finditer(text))
    return played(text) if moved else CODE.sub(lambda code: color(code), text)


def without_colors(text: str) -> str:
    return CODE.sub("", text)


def color(code: re.Match) -> str:
    """Return a code if it is one of colors that pages know, else nothing."""
    if code["does"] != "m":
        return ""
    given = code["given"].replace(":", ";")
    kept = TRUE_COLOR.sub("", given).lstrip(";")
    if not COLOR.fullmatch(kept) or (given and not kept):
        return ""
    return f"\x1b[{kept}m"


class Screen:
    """Lines of cells; a cell is its character, after the codes of its color."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = [[]]
        self.row = self.column = 0
        self.style = ""

    def write(self, text: str) -> None:
        for part in re.split(r"(\n)", text):
            if part == "\n":
                self.row, self.column = self.row + 1, 0
                if self.row == len(self.lines):
                    self.lines.append([])
            elif part:
                line = self.lines[self.row]
                line += " " * (self.column - len(line))
                after = self.column + len(part)
                cells = [self.style + character for character in part] if self.style else part
                line[self.column : after] = cells
                self.column = after

    def paint(self, code: str) -> None:
        """Take a code of colors; one that begins with a reset leaves nothing of those before."""
        given = code[2:-1]
        if given.strip("0;") == "":
            self.style = ""
        elif given.startswith("0;"):
            self.style = code
        else:
            self.style = self.style.replace(code, "") + code

    def move(self, does: str, given: str) -> None:
        """Move the cursor, or erase."""
        digits = re.match(r"\d{0,6}", given)[0]
        number = int(digits or 0)
        by = max(1, number)
        if does in "AF":
            self.row = max(0, self.row - by)
        elif does in "BE":
            self.row = min(len(self.lines) - 1, self.row + by)
        if does in "EF":
            self.column = 0
        elif does == "C":
            self.column = max(self.column, min(WIDEST, self.column + by))
        elif does == "D":
            self.column = max(0, self.column - by)
        elif does == "G":
            self.column = min(WIDEST, by - 1)
        elif does in "Hf":
            self.row = self.column = 0
        elif does in "JK":
            self.erase(does, number)

    def erase(self, does: str, how: int) -> None:
        line = self.lines[self.row]
        if does == "J" and how in (2, 3):
            self.lines, self.row, self.column = [[]], 0, 0
        elif how == 0:
            del line[self.column :]
            if does == "J":
                del self.lines[self.row + 1 :]
        elif does == "K" and how == 1:
            line[: self.column + 1] = " " * len(line[: self.column + 1])
        elif does == "K":
            line.clear()

    def text(self) -> str:
        return "\n".join(map(text_of, self.lines))


def text_of(line: list[str]) -> str:
    """Write a line's cells; what follows the last character that can be seen is left out."""
    end = len(line)
    while end and line[end - 1] == " ":
        end -= 1
    parts, style = [], ""
    for cell in line[:end]:
        if cell[:-1] != style:
            parts.append(("\x1b[0m" if style else "") + cell[:-1])
            style = cell[:-1]
        parts.append(cell[-1])
    return "".join(parts) + ("\x1b[0m" if style else "")


def played(text: str) -> str:
    screen, at = Screen(), 0
    for code in CODE.finditer(text):
        screen.write(text[at : code.start()])
        at = code.end()
        if code[0] == "\r":
            screen.column = 0
        elif code[0] == "\b":
            screen.column = max(0, screen.column - 1)
        elif code["does"] in MOVES:
            screen.move(code["does"], code["given"])
        elif color(code):
            screen.paint(color(code))
    screen.write(text[at:])
    return screen.text()
