"""Read names written with the family name first and a comma after it: `Doe, Jane` and `García Márquez, Gabriel`."""

from __future__ import annotations

import re
from typing import Final

_FAMILY: Final = r"(?:(?:[a-zà-ÿ'’]{1,5}\s+){0,2}[^\W\d_][\w'’.-]*)"
_GIVEN: Final = r"(?:[^\W\d_][\w'’-]*\.?(?:\s+[^\W\d_][\w'’-]*\.?){0,2})"
_ONE: Final = re.compile(rf"({_FAMILY}),\s*({_GIVEN})")
# Two family names, as in Spanish and Portuguese, and given names.
_TWO: Final = re.compile(
    rf"((?:[a-zà-ÿ'’]{{1,5}}\s+){{0,2}}[^\W\d_a-zà-ÿ][\w'’.-]*(?:\s+(?:y|e|de|del|da|dos|i)(?:\s+la)?)?\s+[^\W\d_a-zà-ÿ][\w'’.-]*),\s*({_GIVEN})"
)
_SUFFIX: Final = re.compile(r",?\s+(Jr|Sr|II|III|IV)\.?$")
_SEMICOLON: Final = re.compile(r"\s*[;；|]\s*")
_AND: Final = re.compile(r"\s+(?:and|und|et|y|e|en|og|och|&)\s+")
_INITIAL: Final = re.compile(r"[^\W\d_]\.?")
# What a comma parts may be two people, or one and a place. It is one name where the second part consists of these,
# common given names of languages in which people have two family names, and the first does not begin with one.
_COMMON_NAMES: Final = """
adrián agustín aitor alba albert alberto alejandra alejandro alfonso alfredo alicia álvaro alvaro amanda amparo
ana andrea andreia andrés andreu ángel angel ángela ángeles anna anne antônio antoni antonio antónio araceli
arturo augusto aurora beatriz begoña belén benito benjamín bernardo bruna bruno camila camilo carla carles
carlos carlota carmen carolina catalina catarina cecilia celia césar cesar charlotte christina christine clara
claudia cláudia claudio concepción consuelo cristina cristóbal daniel daniela david diana diego diogo dolores
domingo duarte eduardo elena elisa elizabeth elvira emilia emilio emma enrique enric ernesto esperanza esteban
esther estela eugenia eugenio eva fabián fabio federico felipe fernanda fernando fèlix félix filipa filipe
flávia francesc francisca francisco gabriel gabriela gerardo germán gilberto gloria gonçalo gonzalo graciela
gregorio guadalupe guilherme guillermo gustavo héctor hector helena henrique hernán hugo ignacio ignasi inês
inés irene isabel isabella ismael iván jacobo jaime james jane javier jesús jesus joan joana joão joaquín
joaquim jordi jorge josé jose josefina josep juan juana júlia julia julián juliana julieta julio júlio laia
laura leandro leonardo leonor leticia lidia lola lorena lorenzo lourdes lucas lucía lúcia luciana luciano luis
luís luisa luiz luiza magdalena manuel manuela marc marcel marcela marcelo marcia marco marcos margarita
margarida maria maría mariana mariano maría-josé marie marina mario mário marisa marta martí martín mary mary-ann
mary-jane mateo mateus matías mauricio maurício máximo mercedes mercè michael miguel míriam miriam mónica
monica montserrat natalia natália nicolás nieves noelia nuno núria nuria octavio olga óscar oscar pablo paloma
paola patricia patrícia paula paulo pau pedro pere pilar rafael rafaela ramiro ramón ramon raquel raúl raul
rebeca renata renato ricardo rita robert roberta roberto rocío rodolfo rodrigo rogelio roque rosa rosario rubén
ruben rui ruth salvador samuel sandra santiago sara sarah sebastián sebastião sergi sergio sérgio silvia sílvia
simón sofía sofia soledad sonia sônia susana tatiana teresa tiago tomás trinidad valentina valeria vanessa
verónica vicente víctor victor victoria vinícius violeta virginia vitor xavier ximena yolanda
"""
_GIVEN_NAMES: Final = frozenset(_COMMON_NAMES.split())
_LONGEST: Final = 1_000


def names(written: str, *, sure: bool = False) -> tuple[str, ...] | None:
    """Return names in the usual order if each of them is written with its family name first; None if they are not.

    Args:
        written: one name, or several that semicolons, commas or `and` separate.
        sure: whether the text may be anything. Then only common given names show the order.
    """
    if "," not in written or len(written) > _LONGEST:
        return None
    suffix = _SUFFIX.search(written)
    text = written[: suffix.start()] if suffix else written
    if "," not in text:
        return None
    parts = [part for part in _SEMICOLON.split(text) if part]
    if len(parts) == 1:
        parts = _AND.split(text)
    if len(parts) == 1 and text.count(",") > 1:
        # Doe, Jane, Roe, John: only if none of them is a name of its own.
        pieces = [piece.strip() for piece in text.split(",")]
        if len(pieces) % 2:
            return None
        parts = [f"{family}, {given}" for family, given in zip(pieces[::2], pieces[1::2], strict=True)]
        if any(" " in piece for piece in pieces[::2]) and not all(_two(part) for part in parts):
            return None
    found = []
    for part in parts:
        match = (None if sure else _ONE.fullmatch(part.strip())) or _two(part.strip())
        if match is None:
            return None
        found.append(f"{match[2]} {match[1]}")
    if suffix:
        found[-1] += f" {suffix[1]}"
    return tuple(found)


def _two(part: str) -> re.Match[str] | None:
    """Match a part with one or two family names whose other words are given names, and the first of it none."""
    match = _TWO.fullmatch(part) or _ONE.fullmatch(part)
    if match is None or match[1].partition(" ")[0].casefold() in _GIVEN_NAMES:
        return None
    given = match[2].casefold().split()
    is_given = given[0] in _GIVEN_NAMES and all(one in _GIVEN_NAMES or _INITIAL.fullmatch(one) for one in given)
    return match if is_given else None
