"""The one recipe for matching persons: which fields are compared, in which degrees, and who is compared with whom.

Everything here depends on which fields a frame has, never on which file it came from. The prior shares say what
we believe of two records of one person before seeing any data; training moves them (see `matching.train`).
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Degree:
    """One degree of agreement of a field.

    `condition` is DuckDB SQL over `<column>_l` and `<column>_r`; `share` the prior probability of this degree
    among records of one person; `equal` names the column whose plain equality this is (its chance is counted
    exactly); `rarity` the column whose rare values count for more; `shared`: being of one household explains it as
    well as being one person, so it cannot tell the two apart.
    """

    label: str
    condition: str
    share: float
    equal: str | None = None
    rarity: str | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A compared field: the column it needs and is named after, when it is absent, degrees from the closest on.

    `shared`: people of one household have it in common, in every degree.
    """

    name: str
    absent: str
    degrees: tuple[Degree, ...]
    shared: bool = False

    def shared_degrees(self) -> list[float]:
        """1 for each degree that a household shares, 0 for the others."""
        return [float(self.shared or degree.shared) for degree in self.degrees]


def _either_missing(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


def _edits(left: str, right: str, edits: int) -> str:
    # A swap of neighbours is two plain edits: the plain distance, six times cheaper, turns most pairs away first.
    return (
        f"case when levenshtein({left}, {right}) <= {2 * edits} "
        f"then damerau_levenshtein({left}, {right}) <= {edits} else false end"
    )


def _close(left: str, right: str, *, similarity: float, edits: int) -> str:
    return f"(jaro_winkler_similarity({left}, {right}) >= {similarity} or {_edits(left, right, edits)})"


def _equal(column: str, share: float, *, rarity: bool = False) -> Degree:
    return Degree("equal", f"{column}_l = {column}_r", share, equal=column, rarity=column if rarity else None)


def _otherwise(share: float) -> Degree:
    return Degree("different", "else", share)


# Names in each other's place: the name that one record has as given is the other's family name.
_CROSSED = (
    "(coalesce(given_sound_l = family_sound_r, false) or coalesce(family_sound_l = given_sound_r, false)) "
    "and not coalesce(given_sound_l = given_sound_r, false) and not coalesce(family_sound_l = family_sound_r, false)"
)
# Which of the two names met we cannot know, and one of them may be a household's: so the first meeting speaks as a
# family name does, and only when the other two names meet as well is it said of the given name.
_BOTH_CROSSED = (
    f"({_CROSSED}) and {_close('given_l', 'family_r', similarity=0.9, edits=1)} "
    f"and {_close('family_l', 'given_r', similarity=0.9, edits=1)}"
)
_GIVEN_ABSENT = f"{_either_missing('given')} or (({_CROSSED}) and ({_either_missing('family')}))"
_FAMILY_ABSENT = f"({_either_missing('family')}) and not ({_CROSSED})"


GIVEN = Field(
    "given",
    _GIVEN_ABSENT,
    (
        _equal("given", 0.75, rarity=True),
        Degree("in the place of the family name", _BOTH_CROSSED, 0.03),
        Degree("another form of the name", "given_root_l = given_root_r or given_sound_l = given_sound_r", 0.05),
        Degree("a slip of the pen", _close("given_l", "given_r", similarity=0.9, edits=1), 0.08),
        Degree("alike", _close("given_l", "given_r", similarity=0.75, edits=2), 0.04),
        _otherwise(0.05),
    ),
)
FAMILY = Field(
    "family",
    _FAMILY_ABSENT,
    (
        _equal("family", 0.75, rarity=True),
        Degree("in the place of the given name", _CROSSED, 0.03),
        Degree("a slip of the pen", _close("family_l", "family_r", similarity=0.92, edits=1), 0.08),
        Degree("sounds the same", "family_sound_l = family_sound_r", 0.03),
        Degree("alike", _close("family_l", "family_r", similarity=0.8, edits=2), 0.04),
        _otherwise(0.07),
    ),
    shared=True,
)
PATRONYMIC = Field(
    "patronymic",
    _either_missing("patronymic"),
    (
        _equal("patronymic", 0.85, rarity=True),
        Degree("a slip of the pen", _close("patronymic_l", "patronymic_r", similarity=0.92, edits=1), 0.09),
        _otherwise(0.06),
    ),
)
_DAY_MONTH_SWAPPED = "(born_l[1:4] = born_r[1:4] and born_l[5:6] = born_r[7:8] and born_l[7:8] = born_r[5:6])"
_PARTS_EQUAL = (
    "((born_l[1:4] = born_r[1:4])::int + (born_l[5:6] = born_r[5:6])::int + (born_l[7:8] = born_r[7:8])::int)"
)
BORN = Field(
    "born",
    _either_missing("born"),
    (
        _equal("born", 0.80),
        Degree("one digit, or day and month swapped", f"{_edits('born_l', 'born_r', 1)} or {_DAY_MONTH_SWAPPED}", 0.08),
        Degree("two parts of three", f"{_PARTS_EQUAL} = 2", 0.04),
        Degree("within a month", "abs(born_day_l - born_day_r) <= 31", 0.01),
        Degree("within a year", "abs(born_day_l - born_day_r) <= 366", 0.01),
        Degree("within ten years", "abs(born_day_l - born_day_r) <= 3660", 0.03),
        _otherwise(0.03),
    ),
)
_USER_ALIKE = "jaro_winkler_similarity(email_user_l, email_user_r) >= 0.88"
# Addresses are made of names: m.petrova@ and n.petrova@ may be a household's, petrova71@ and petrova85@ two strangers'.
# So a likeness that the names bring with them says nothing: what is different in digits alone, and, where both
# addresses are made of their owners' names, all that one slip of the pen does not explain.
_EMAIL_SLIP = f"left(email_l, 1) = left(email_r, 1) and {_edits('email_l', 'email_r', 2)}"
_EMAIL_SAYS_NOTHING = (
    "case when email_user_l = email_user_r then false when email_letters_l = email_letters_r then true "
    f"when email_named_l and email_named_r and {_USER_ALIKE} then not {_edits('email_l', 'email_r', 1)} else false end"
)
EMAIL = Field(
    "email",
    f"{_either_missing('email')} or {_EMAIL_SAYS_NOTHING}",
    (
        _equal("email", 0.70),
        Degree("same user, another host", "email_user_l = email_user_r", 0.08),
        Degree("a slip of the pen", _EMAIL_SLIP, 0.08),
        Degree("user alike", _USER_ALIKE, 0.04, shared=True),
        _otherwise(0.10),
    ),
)
PHONE = Field(
    "phone",
    _either_missing("phone"),
    (
        _equal("phone", 0.80),
        Degree("one digit", _edits("phone_l", "phone_r", 1), 0.05),
        _otherwise(0.15),
    ),
    shared=True,
)
NATIONAL_ID = Field(
    "national_id",
    _either_missing("national_id"),
    (
        _equal("national_id", 0.88),
        Degree("one digit", _edits("national_id_l", "national_id_r", 1), 0.08),
        _otherwise(0.04),
    ),
)
POSTCODE = Field(
    "postcode",
    _either_missing("postcode"),
    (
        _equal("postcode", 0.75, rarity=True),
        Degree("one digit", _edits("postcode_l", "postcode_r", 1), 0.08),
        _otherwise(0.17),
    ),
    shared=True,
)
STREET = Field(
    "street",
    _either_missing("street"),
    (
        _equal("street", 0.70, rarity=True),
        Degree("a slip of the pen", _close("street_l", "street_r", similarity=0.93, edits=1), 0.10),
        Degree("alike", _close("street_l", "street_r", similarity=0.85, edits=2), 0.05),
        _otherwise(0.15),
    ),
    shared=True,
)
HOUSE = Field(
    "house",
    _either_missing("house"),
    (_equal("house", 0.75), Degree("one sign", _edits("house_l", "house_r", 1), 0.08), _otherwise(0.17)),
    shared=True,
)
CITY = Field(
    "city",
    _either_missing("city"),
    (
        _equal("city", 0.75, rarity=True),
        Degree("a slip of the pen", _close("city_l", "city_r", similarity=0.9, edits=1), 0.09),
        Degree("alike", _close("city_l", "city_r", similarity=0.8, edits=2), 0.03),
        _otherwise(0.13),
    ),
    shared=True,
)
REGION = Field(
    "region",
    _either_missing("region"),
    (_equal("region", 0.88, rarity=True), _otherwise(0.12)),
    shared=True,
)
FIELDS = (GIVEN, FAMILY, PATRONYMIC, BORN, EMAIL, PHONE, NATIONAL_ID, POSTCODE, STREET, HOUSE, CITY, REGION)

# Two records meet when any key of one equals the same key of the other; a key is the text of several parts, and a
# record without one of the parts has no such key. `first` and `last` are the names in the order of the alphabet, so
# that names in each other's place still meet.
KEYS: tuple[tuple[str, ...], ...] = (
    ("national_id",),
    ("phone",),
    ("email",),
    ("email_user",),
    ("email_start",),
    ("email_host",),
    ("born",),
    ("first_sound", "last_sound"),
    ("any_sound", "born_year"),
    ("any_sound", "born_month_day"),
    ("any_sound", "born_month"),
    ("any_sound", "city_sound"),
    ("any_sound", "postcode"),
    ("any_sound", "phone_tail"),
    ("given_sound",),
    ("family_sound",),
    ("street", "house"),
    ("street", "house", "city_sound"),
    ("city_sound", "born_year", "born_month"),
)


def fields_of(columns: Sequence[str]) -> list[Field]:
    """The fields that a frame with these columns can compare, in the recipe's order."""
    return [field for field in FIELDS if field.name in columns]


_PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "first_sound": (
        "case when given_sound <= family_sound then given_sound else family_sound end",
        ("given", "family"),
    ),
    "last_sound": ("case when given_sound <= family_sound then family_sound else given_sound end", ("given", "family")),
    "born_year": ("born[1:4]", ("born",)),
    "born_month": ("born[5:6]", ("born",)),
    "born_month_day": ("born[5:8]", ("born",)),
    "phone_tail": ("right(phone, 7)", ("phone",)),
    "given_sound": ("given_sound", ("given",)),
    "family_sound": ("family_sound", ("family",)),
    "city_sound": ("city_sound", ("city",)),
    "email_user": ("case when length(email_user) >= 5 then email_user end", ("email",)),
    "email_start": ("case when length(email_user) >= 5 then left(email_user, 5) end", ("email",)),
    "email_host": ("split_part(email, '@', -1)", ("email",)),
}


def _key_selects(key: tuple[str, ...], columns: Sequence[str]) -> list[str]:
    tag = "+".join(key)
    variants = (
        [tuple(name if part == "any_sound" else part for part in key) for name in ("given_sound", "family_sound")]
        if "any_sound" in key
        else [key]
    )
    selects = []
    for variant in variants:
        parts = [_PARTS.get(part, (part, (part,))) for part in variant]
        if all(set(needed) <= set(columns) for _, needed in parts):
            text = " || '|' || ".join([f"'{tag}'", *(f"({expression})" for expression, _ in parts)])
            selects.append(f"select unique_id, {text} as key from person")
    return selects


def keys_sql(columns: Sequence[str]) -> str:
    """Statement that fills table `met` with the keys of table `person`: `unique_id`, `source`, `key`."""
    nobody = "select unique_id, null::varchar as key from person"
    selects = " union all ".join([nobody, *(select for key in KEYS for select in _key_selects(key, columns))])
    return (
        f"create table met as select distinct unique_id, source, hash(key) as key from ({selects}) "
        "join person using (unique_id) where key is not null"
    )


def largest_key_sql(budget: int, ceiling: int) -> str:
    """Statement for the most records a key may be shared by, so that all keys together make `budget` pairs at most."""
    return f"""
select coalesce(max(size), 1) from (
  select size, sum(size * (size - 1) / 2 * count(*)) over (order by size) as pairs
  from (select count(*) as size from met group by key) where size between 2 and {ceiling} group by size
) where pairs <= {budget}"""


def candidates_sql(largest: int) -> str:
    """Statement that fills table `candidate` with the pairs, of different sources, that share a telling key."""
    return f"""
create table candidate as
with telling as (select key from met group by key having count(*) between 2 and {largest}),
kept as (select met.* from met semi join telling using (key))
select distinct l.unique_id as join_key_l, r.unique_id as join_key_r, '0' as match_key
from kept l join kept r on l.key = r.key and l.unique_id < r.unique_id and l.source <> r.source
order by 1, 2"""
