"""What of a discount comes back when goods come back."""

from collections.abc import Mapping

Line = dict[str, int]
"""`amount` that was taken off the line, `quantity` of its units, `back`: units that came back."""


def give_back(lines: Mapping[str, Line], returned: Mapping[str, int] | None) -> tuple[dict[str, Line], int, bool]:
    """Lines after so many units of each came back (None: everything), the discount given back in all, whether all came.

    The discount of a line comes back in proportion to its units, rounded down until the last unit brings the rest. What
    was taken off the delivery (line "") comes back only when everything does.
    """
    after = {}
    for key, line in lines.items():
        more = line["quantity"] if returned is None else returned.get(key, 0)
        after[key] = {**line, "back": min(line["quantity"], line["back"] + max(0, more))}
    goods = [line for key, line in after.items() if key]
    whole = all(line["back"] == line["quantity"] for line in goods) and (bool(goods) or returned is None)
    if whole and "" in after:
        after[""]["back"] = after[""]["quantity"]
    given = sum(line["amount"] * line["back"] // line["quantity"] for line in after.values())
    return after, given, whole
