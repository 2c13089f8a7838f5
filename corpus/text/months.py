"""Names of months and weekdays, and the small words around dates, in the languages of much news."""

from __future__ import annotations

from typing import Final

# By language, January to December; alternatives (inflections, abbreviations) apart by a slash.
_MONTHS: Final = """
en january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sep/sept october/oct november/nov december/dec
de januar/jänner/jan februar/feber/feb märz/mär/mrz april/apr mai juni/jun juli/jul august/aug september/sept/sep oktober/okt november/nov dezember/dez
fr janvier/janv février/févr/fevrier mars avril/avr mai juin juillet/juil août/aout septembre/sept octobre/oct novembre/nov décembre/déc/decembre
es enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago septiembre/setiembre/sep octubre/oct noviembre/nov diciembre/dic
pt janeiro/jan fevereiro/fev março/mar abril/abr maio/mai junho/jun julho/jul agosto/ago setembro/set outubro/out novembro/nov dezembro/dez
it gennaio/gen febbraio/feb marzo/mar aprile/apr maggio/mag giugno/giu luglio/lug agosto/ago settembre/set ottobre/ott novembre/nov dicembre/dic
nl januari/jan februari/feb maart/mrt april/apr mei juni/jun juli/jul augustus/aug september/sep oktober/okt november/nov december/dec
sv januari/jan februari/feb mars april/apr maj juni/jun juli/jul augusti/aug september/sep oktober/okt november/nov december/dec
da januar/jan februar/feb marts/mar april/apr maj juni/jun juli/jul august/aug september/sep oktober/okt november/nov december/dec
no januar/jan februar/feb mars april/apr mai juni/jun juli/jul august/aug september/sep oktober/okt november/nov desember/des
fi tammikuuta/tammikuu helmikuuta/helmikuu maaliskuuta/maaliskuu huhtikuuta/huhtikuu toukokuuta/toukokuu kesäkuuta/kesäkuu heinäkuuta/heinäkuu elokuuta/elokuu syyskuuta/syyskuu lokakuuta/lokakuu marraskuuta/marraskuu joulukuuta/joulukuu
pl stycznia/styczeń/sty lutego/luty/lut marca/marzec/mar kwietnia/kwiecień/kwi maja/maj czerwca/czerwiec/cze lipca/lipiec/lip sierpnia/sierpień/sie września/wrzesień/wrz października/październik/paź listopada/listopad/lis grudnia/grudzień/gru
cs ledna/leden února/únor března/březen dubna/duben května/květen června/červen července/červenec srpna/srpen září října/říjen listopadu/listopad prosince/prosinec
sk januára/január februára/február marca/marec apríla/apríl mája/máj júna/jún júla/júl augusta/august septembra/september októbra/október novembra/november decembra/december
ru января/январь/янв февраля/февраль/фев марта/март/мар апреля/апрель/апр мая/май июня/июнь/июн июля/июль/июл августа/август/авг сентября/сентябрь/сен/сент октября/октябрь/окт ноября/ноябрь/ноя/нояб декабря/декабрь/дек
uk січня/січень лютого/лютий березня/березень квітня/квітень травня/травень червня/червень липня/липень серпня/серпень вересня/вересень жовтня/жовтень листопада/листопад грудня/грудень
be студзеня лютага сакавіка красавіка траўня/мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня
bg януари февруари март април май юни юли август септември октомври ноември декември
tr ocak/oca şubat/şub mart/mar nisan/nis mayıs/may haziran/haz temmuz/tem ağustos/ağu eylül/eyl ekim/eki kasım/kas aralık/ara
ro ianuarie/ian februarie/feb martie/mar aprilie/apr mai iunie/iun iulie/iul august/aug septembrie/sep octombrie/oct noiembrie/nov decembrie/dec
hu január/jan február/febr március/márc április/ápr május/máj június/jún július/júl augusztus/aug szeptember/szept október/okt november/nov december/dec
el ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου/μαϊου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
ca gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
hr siječnja/siječanj veljače/veljača ožujka/ožujak travnja/travanj svibnja/svibanj lipnja/lipanj srpnja/srpanj kolovoza/kolovoz rujna/rujan listopada/listopad/lis studenoga/studenog/studeni prosinca/prosinac
sh januar/januara februar/februara mart/marta april/aprila maj/maja juni/juna/jun juli/jula/jul august/augusta/avgust/avgusta septembar/septembra oktobar/oktobra novembar/novembra decembar/decembra
sl januar/januarja februar/februarja marec/marca april/aprila maj/maja junij/junija julij/julija avgust/avgusta september/septembra oktober/oktobra november/novembra december/decembra
lv janvāris/janvārī februāris/februārī marts/martā aprīlis/aprīlī maijs/maijā jūnijs/jūnijā jūlijs/jūlijā augusts/augustā septembris/septembrī oktobris/oktobrī novembris/novembrī decembris/decembrī
lt sausio/sausis vasario/vasaris kovo/kovas balandžio/balandis gegužės/gegužė birželio/birželis liepos/liepa rugpjūčio/rugpjūtis rugsėjo/rugsėjis spalio/spalis lapkričio/lapkritis gruodžio/gruodis
et jaanuar/jaanuaril veebruar/veebruaril märts/märtsil aprill/aprillil mai juuni/juunil juuli/juulil august/augustil september/septembril oktoober/oktoobril november/novembril detsember/detsembril
sr јануар/јануара фебруар/фебруара март/марта април/априла мај/маја јун/јуна јул/јула август/августа септембар/септембра октобар/октобра новембар/новембра децембар/децембра
id januari februari maret april mei juni juli agustus september oktober november desember
ar يناير/جانفي فبراير/شباط/فيفري مارس/آذار/اذار أبريل/ابريل/نيسان/أفريل/إبريل مايو/أيار/ايار/ماي يونيو/حزيران/جوان/يونيه يوليو/تموز/جويلية/يوليوز/يوليه أغسطس/اغسطس/آب/أوت/غشت سبتمبر/أيلول/ايلول/شتنبر أكتوبر/اكتوبر نوفمبر/نونبر ديسمبر/دجنبر
he בינואר/ינואר בפברואר/פברואר במרץ/מרץ באפריל/אפריל במאי/מאי ביוני/יוני ביולי/יולי באוגוסט/אוגוסט בספטמבר/ספטמבר באוקטובר/אוקטובר בנובמבר/נובמבר בדצמבר/דצמבר
"""

_WEEKDAYS: Final = """
monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun
montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so
lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim
lunes martes miércoles jueves viernes sábado domingo
segunda-feira terça-feira quarta-feira quinta-feira sexta-feira segunda terça quarta quinta sexta
lunedì martedì mercoledì giovedì venerdì sabato domenica
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag
poniedziałek wtorek środa czwartek piątek sobota niedziela pondělí úterý středa čtvrtek pátek neděle
понедельник вторник среда четверг пятница суббота воскресенье понеділок вівторок середа четвер п'ятниця субота неділя
pazartesi salı çarşamba perşembe cuma cumartesi pazar maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai
senin isnin selasa rabu kamis khamis jumat jum'at jumaat sabtu ahad minggu luni marți miercuri joi vineri sâmbătă duminică
dilluns dimarts dimecres dijous divendres dissabte diumenge الاثنين الإثنين الثلاثاء الأربعاء الاربعاء الخميس الجمعة السبت الأحد الاحد
شنبه یکشنبه دوشنبه سه‌شنبه چهارشنبه پنجشنبه پنج‌شنبه جمعه วันจันทร์ วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ วันอาทิตย์ วันที่ เวลา น
月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 月 火 水 木 金 土 日 星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 周一 周二 周三 周四 周五 周六 周日 週一 週二 週三 週四 週五 週六 週日
월요일 화요일 수요일 목요일 금요일 토요일 일요일 월 화 수 목 금 토 일 thứ hai ba tư sáu bảy chủ nhật cn ngày năm lúc
วันจันทร์ที่ วันอังคารที่ วันพุธที่ วันพฤหัสบดีที่ วันศุกร์ที่ วันเสาร์ที่ วันอาทิตย์ที่ ที่ จ. อ. พ. พฤ. ศ. ส. อา.
luni marți miercuri joi vineri sâmbătă duminică hétfő kedd szerda csütörtök péntek szombat vasárnap
"""

_FILLERS: Final = """
at on the of um uhr le la les à a h de del d den der am vom el las a las em às il alle ore kl klo klokken om uur o godz
godzina v ve w в о об г года год року р. saat y et und and i дата date թ жылғы жылы hrs hours heure heures g time local
ora orele ч uur óra
"""


# Names that are different months in different languages, and which in which.
DISPUTED: Final = {
    "listopad": {"pl": 11, "szl": 11, "cs": 11, "sl": 11, "hr": 10, "bs": 10, "sh": 10},
    "listopada": {"pl": 11, "szl": 11, "sl": 11, "hr": 10, "bs": 10, "sh": 10},
    "lis": {"pl": 11, "szl": 11, "cs": 11, "hr": 10},
    "lip": {"pl": 7, "szl": 7, "hr": 6},
    "srp": {"cs": 8, "hr": 7},
}  # fmt: skip


def _read_months() -> dict[str, int]:
    lines = (line.split()[1:] for line in _MONTHS.strip().splitlines())
    return {
        name: number
        for line in lines
        for number, names in enumerate(line, 1)
        for name in names.split("/")
        if name not in DISPUTED
    }


# Where a name of above is not the month that it is elsewhere: in Sotho, Taroko, Teso, Duala and their like.
_NOT_IN: Final = {
    "jan": {"st"}, "mai": {"trv"}, "mar": {"teo"}, "may": {"bas", "dua"}, "kas": {"dav", "lu"}, "lut": {"lu"}, "out": {"mfe"},
}  # fmt: skip


def number_of(name: str, language: str | None) -> int | None:
    """Return the number of the month that a name means in the languages of much news; None if it means no month, or several.

    Args:
        name: the name, in small letters.
        language: the language of the article. It decides what a name of several languages means.
    """
    found = MONTHS.get(name)
    if found is None:
        meanings = DISPUTED.get(name)
        return meanings.get((language or "").partition("-")[0]) if meanings else None
    return None if name in _NOT_IN and (language or "").partition("-")[0] in _NOT_IN[name] else found


LANGUAGES: Final = frozenset(line.partition(" ")[0] for line in _MONTHS.strip().splitlines())
MONTHS: Final = _read_months()
FILLERS: Final = frozenset(_WEEKDAYS.split()) | frozenset(_FILLERS.split())

# Only those that mean one offset; CST, IST and BST mean several.
ZONES: Final = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "мск": 3, "trt": 3,
    "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "awst": 8, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "sast": 2,
    "wib": 7, "wita": 8, "pkt": 5,
}  # fmt: skip
# Standard or summer time of a part of the United States, whichever the day is in.
AMERICAN_ZONES: Final = {"et": -5, "ct": -6, "mt": -7, "pt": -8}
# Named, but meaning different offsets in different places: no instant can be had.
VAGUE_ZONES: Final = frozenset([*AMERICAN_ZONES, "cst", "ist", "bst", "ast"])
