"""The complete headings over other articles and over readers' comments, in the languages of many papers."""

from __future__ import annotations

import re
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from corpus.formats.html.blocks import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

    from corpus.formats.html.outline import Outline

_LONGEST: Final = 60
# With its marks.
_LONGEST_SHOWN: Final = 90
_MOST_LABELS: Final = 400
_MOST_LEVELS: Final = 6
_SLIDES: Final = 3
_SLIDE: Final = re.compile(r"\s*\d{1,3}\s*/\s*\d{1,3}(?!\d|\s*/)")
_TEASER_LEVELS: Final = 4
_FEWEST_TEASERS: Final = 3
_LONGEST_TEASER: Final = 700
_LINKED_HEADINGS: Final = "h2 a[href], h3 a[href], h4 a[href], a[href] h2, a[href] h3, a[href] h4"
_TEASING: Final = frozenset({"h2", "h3", "h4"})
_SCOPES: Final = frozenset({"body", "html", "main", "article", "-undef"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS: Final = frozenset({"div", "section", "ul", "ol", "dl", "table"})

_THINGS: Final = "articles?|stories|story|posts?|news|topics?|content|links|coverage|reading|videos?|items|pages"
# Folded: without case and marks. Complete headings; none of them may be over a part of an article.
_OVER_OTHERS: Final = re.compile(
    "|".join(
        (
            (
                r"(?:related|recommended|similar|popular|latest|recent|trending|featured|suggested|sponsored|more|other|"
                rf"top|further|also|additional)(?: (?:{_THINGS}|reads?))+"
            ),
            r"related|recommended|trending(?: now)?|sponsored|recommendations",
            (
                r"(?:recommended|picked|selected|more) for you|you (?:may|might) (?:also )?(?:like|be interested "
                r"in|enjoy)"
            ),
            r"you ll also like|what to read next|read (?:next|this next|also|more)|up next|next up|don t miss",
            r"most (?:read|popular|viewed|shared|commented|recent|watched)(?: \w+){0,2}",
            (
                r"more (?:from|on|in|about)(?: \w+){1,6}|also (?:read|on|in)(?: \w+){0,4}|see also|explore "
                r"(?:more|further)"
            ),
            r"keep reading|continue reading|(?:from|around) (?:the|our) (?:web|network|partners|sponsors)",
            r"promoted(?: (?:content|stories))?|latest (?:from|in)(?: \w+){1,5}|in case you missed it",
            r"editors? (?:s )?picks?|trending (?:stories|topics)",
            (
                r"comments?|\d+ (?:comments?|responses?|replies|kommentare?|comentarios|commentaires)|leave a "
                r"(?:comment|reply)"
            ),
            (
                r"join the (?:conversation|discussion)|(?:view|show|add) (?:\w+ )?comments?|about the authors?|"
                r"share this(?: \w+)?"
            ),
            (
                r"(?:ähnliche|verwandte|weitere|mehr|neueste|aktuelle|beliebte|empfohlene|passende) (?:artikel|"
                r"beiträge|themen|meldungen|nachrichten|videos|inhalte|texte|links|news)(?: \w+){0,3}"
            ),
            r"mehr (?:zum thema|zu diesem thema|dazu|aus)(?: \w+){0,3}",
            r"(?:das )?(?:thema )?könnte(?:n)? (?:sie|dich|ihnen|dir)(?: \w+){0,3} (?:interessieren|gefallen)",
            r"auch interessant|lesen sie (?:auch|mehr)|lies auch|meistgelesen(?:e \w+)?|am meisten gelesen|zum thema",
            r"empfehlungen(?: der redaktion)?|kommentare|kommentar schreiben",
            r"(?:schreibe|hinterlasse) einen kommentar|über (?:den autor|die autorin)|auch auf \w+(?: \w+)?",
            r"(?:à )?lire aussi|à lire(?: également| ensuite)?|sur le même (?:sujet|thème)",
            r"(?:articles?|contenus|sujets) (?:liés?|similaires|connexes|associés|recommandés)|les (?:plus|\+) lus",
            r"dans la même (?:rubrique|catégorie)|vous (?:aimerez|pourriez) aussi(?: \w+)?|à découvrir|voir aussi",
            (
                r"commentaires?|nos articles? (?:récents|associés)|plus d(?: |e )(?:actualités|articles|"
                r"infos)(?: \w+){0,3}"
            ),
            r"à ne pas manquer|les plus (?:populaires|partagés)",
            r"(?:noticias|artículos|notas|contenidos?|temas|entradas) (?:relacionad[oa]s|similares|recomendad[oa]s)",
            r"(?:te|le) puede(?:n)? interesar|también te puede interesar",
            r"(?:lo )?más (?:leído|visto|noticias|leídas|popular(?:es)?)|lee(?:r)? (?:también|más)|relacionad[oa]s?",
            r"últimas noticias|comentarios?|ver también|en portada",
            r"(?:notícias|artigos|conteúdos?|matérias|postagens) (?:relacionad[oa]s|recomendad[oa]s)",
            (
                r"leia (?:também|mais)|veja (?:também|mais)|mais (?:lidas|lidos|notícias|vistas)|últimas "
                r"notícias|comentários?"
            ),
            (
                r"leggi anche|potrebbe(?:ro)? interessarti(?: anche)?|articoli (?:correlati|simili|recenti)|(?:i "
                r")?più letti"
            ),
            r"ultime notizie|commenti|correlati|vedi anche|citește și|articole similare|știri similare",
            r"lees (?:ook|meer|verder)|meest gelezen|gerelateerd(?:e \w+)?",
            r"meer (?:nieuws|over|artikelen)(?: \w+){0,3}|reacties|ook interessant",
            r"läs (?:också|mer|även)|mest lästa|relaterade? (?:artiklar|nyheter)|senaste nytt|les også|mest lest",
            (
                r"relaterte (?:saker|artikler)|siste nytt|læs også|mest læste|seneste nyt|kommentarer|lue myös|"
                r"luetuimmat"
            ),
            r"(?:czytaj|zobacz|przeczytaj) (?:także|też|również|więcej)|polecane(?: \w+)?|powiązane(?: \w+)?",
            r"najczęściej czytane|najnowsze|komentarze|podobne (?:artykuły|wpisy)",
            (
                r"čtěte (?:také|dále|více)|související(?: \w+)?|nejčtenější|právě se děje|doporučujeme|mohlo by "
                r"vás zajímat"
            ),
            r"diskuse|čítajte (?:aj|tiež)|súvisiace(?: \w+)?|najčítanejšie",
            r"kapcsolódó(?: \w+)?|ajánlott(?: \w+)?|olvasta már|hozzászólások",
            (
                r"читайте (?:также|ещё|еще|по теме|також)|по теме|(?:новости|материалы|новини|матеріали) (?:по "
                r"теме|за темою)"
            ),
            (
                r"самое (?:читаемое|популярное|интересное)|популярное|смотрите также|комментарии|коментарі|"
                r"главное сегодня"
            ),
            r"прочетете още|свързани(?: \w+)?|διαβάστε (?:επίσης|ακόμα|ακόμη)|σχετικά (?:άρθρα|νέα)",
            r"ilgili (?:haberler|konular)|çok okunanlar|önerilen(?: \w+)?|yorumlar|bunlar da ilginizi çekebilir",
            r"baca juga|terkait|berita (?:terkait|terkini)|terpopuler|tin liên quan|xem thêm|đọc thêm",
            r"関連(?:記事|ニュース|リンク|キーワード|トピックス)?|おすすめ(?:記事|の記事)?|人気記事|あわせて読みたい",
            r"(?:アクセス)?ランキング|新着記事",
            r"相关(?:新闻|报道|阅读|文章|链接|推荐)|推荐(?:阅读|新闻)?|热门(?:新闻|文章|推荐)?|延伸阅读|猜你喜欢",
            r"相關(?:新聞|報導|文章)|延伸閱讀|推薦(?:閱讀|文章)?|熱門(?:新聞|文章)?",
            r"관련 ?(?:기사|뉴스)|(?:인기|추천|많이 본) ?(?:기사|뉴스)",
            (
                r"اقرأ (?:أيضا|أيض ا|المزيد)|(?:مواضيع|أخبار|مقالات) ذات صلة|الأكثر (?:قراءة|مشاهدة)|קראו (?:גם|"
                r"עוד)|כתבות נוספות"
            ),
            # Without the signs of vowels, which are no letters to a pattern.
            r"यह भ पढ",
        )
    )
)


def is_over_others(text: str) -> bool:
    """Return whether a line is a heading over something that is not part of the article."""
    if len(text) > 4 * _LONGEST or len(text := text.strip()) > _LONGEST_SHOWN:
        return False
    line = folded(text)
    return len(line) <= _LONGEST and _OVER_OTHERS.fullmatch(line) is not None


def boxes_of_others(outline: Outline) -> Iterator[LexborNode]:
    """Yield the elements that hold teasers of other articles.

    They follow a heading such as "Read more": the element that begins with it, or the lists and boxes right after it.
    Lists of slides that number themselves as `3/50` are yielded as well.
    """
    for list_ in outline.found["ul"][:_MOST_LABELS]:
        if _has_slides(list_):
            yield list_
    yield from _teasers(outline)
    lines = [one for one in outline.found["p"] if one.tag != "h1"]
    for label in lines[:_MOST_LABELS]:
        if not is_over_others(label.text(deep=True) or ""):
            continue
        box = _begun_by(label)
        if box is not None:
            yield box
        else:
            yield from _behind(label)


def _has_slides(list_: LexborNode) -> bool:
    """Return whether the first items of a list are counted."""
    items = (child for child in list_.iter() if child.tag == "li")
    counted = takewhile(lambda item: _SLIDE.match(item.text(deep=True) or ""), islice(items, _SLIDES))
    return sum(1 for _ in counted) == _SLIDES


def _teasers(outline: Outline) -> Iterator[LexborNode]:
    """Return similar boxes, each with a linked heading and some lines: they lead to other articles."""
    seen: set[int] = set()
    # What was found not to be such boxes, because each of its links leads there again.
    others: set[tuple[int, str | None, str]] = set()
    if sum(tag in _TEASING for tag, _ in outline.headings) < _FEWEST_TEASERS:
        return
    for link in outline.tree.css(_LINKED_HEADINGS)[:_MOST_LABELS]:
        box = link.parent
        for _ in range(_TEASER_LEVELS):
            above = box.parent if box is not None else None
            if box is None or above is None or above.tag in {"body", "html"} or above.mem_id in seen:
                break
            kind = above.mem_id, box.tag, _names(box)
            if kind not in others:
                alike = [child for child in above.iter() if child.tag == kind[1] and _names(child) == kind[2]]
                if len(alike) >= _FEWEST_TEASERS and all(_is_teaser(child) for child in alike):
                    seen.add(above.mem_id)
                    yield from alike
                    break
                others.add(kind)
            box = above


def _names(node: LexborNode) -> str:
    return (node.attributes.get("class") or "").partition(" ")[0]


def _is_teaser(node: LexborNode) -> bool:
    """Return whether a box has its own linked heading and only a few lines."""
    if len(node.text(deep=True) or "") > _LONGEST_TEASER or node.css_first("h1") is not None:
        return False
    return node.tag not in _HEADINGS and node.css_first(_LINKED_HEADINGS) is not None


def _begun_by(label: LexborNode) -> LexborNode | None:
    """Return the largest element that begins with the label and has more content."""
    at = label
    for _ in range(_MOST_LEVELS):
        above = at.parent
        if above is None or above.tag in _SCOPES or _has_text_before(at) or above.css_first("h1") is not None:
            break
        at = above
    return at if len((at.text(deep=True) or "").strip()) > len((label.text(deep=True) or "").strip()) else None


def _has_text_before(node: LexborNode) -> bool:
    before = node.prev
    while before is not None:
        if before.tag not in {"-comment", "script", "style"} and (before.text(deep=True) or "").strip():
            return True
        before = before.prev
    return False


def _behind(label: LexborNode) -> Iterator[LexborNode]:
    after = label.next
    while after is not None:
        if after.tag in _LISTS:
            if after.css_first("h1") is not None:
                return
            yield after
        elif after.tag in _HEADINGS or (after.tag or "").startswith("p") or (after.text(deep=True) or "").strip():
            return
        after = after.next
