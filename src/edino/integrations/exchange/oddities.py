"""Everything odd that documents do, each kind by its name, with what is done about it.

An oddity is not an error: the record was taken, in the way its `remedy` says. What could not be taken is a rejection.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

EXAMPLES: Final = 5

KINDS: Final[dict[str, Any]] = {
    # the text itself
    "encoding_other": _("The file is not in the encoding it declares; it was read in the one it is really in"),
    "broken_bytes": _("Bytes that are no text; each was read as �"),
    "control_characters": _("Control characters that XML forbids; they were left out"),
    "html_entity": _("Entities of HTML that XML does not know; they were read as their characters"),
    "entity_unknown": _("An entity that nobody declared; it was read as it is written"),
    "bare_ampersand": _("An ampersand that is not written as &amp;; it was understood"),
    "no_declaration": _("There is no XML declaration; the text was read as UTF-8"),
    "doctype": _("The document names a DTD; it was neither fetched nor used"),
    "parts_repeated": _("Parts of the file came twice; the second was left out"),
    # the document
    "empty_document": _("The document holds nothing to import"),
    "version_unknown": _("A version of the schema that is not known; it was read by the names of its elements"),
    "no_date": _("The document does not say when it was made; the time of its arrival was taken"),
    "date_unreadable": _("The date of the document cannot be read; the time of its arrival was taken"),
    "older_than_known": _("What a later document has told already; it was not taken back"),
    "no_classifier": _("The document brings no classifier; categories and properties known from before were used"),
    "unknown_element": _("Elements that are not known here; they were passed over"),
    "parent_attribute": _("A category names its parent in parent_id, not in parentId; it was understood"),
    # categories
    "category_unknown": _("A category that nothing describes; the product was taken without it"),
    "category_parent_missing": _("A category whose parent is missing; it was made a root"),
    "category_repeated": _("A category id that occurs more than once; the first was taken"),
    "category_cycle": _("Categories that are their own ancestors; they were made roots"),
    "category_no_name": _("A category without a name; its id was shown instead"),
    "category_name_repeated": _("Categories of the same name; they stay apart by their ids"),
    "category_path_in_name": _("A category whose name is a path; it was taken as one name"),
    # goods
    "no_category": _("A product in no category"),
    "goods_repeated": _("A product id that occurs more than once; the last was taken"),
    "goods_refused": _("A product that the catalogue could not take; it was refused with its offers"),
    "no_article": _("A product without an article; its SKU was made from its id"),
    "article_repeated": _("An article that several products share; their SKUs were made distinct"),
    "name_repeated": _("Several products of the same name"),
    "name_spaces": _("A name with needless spaces; they were left out"),
    "name_long": _("A name longer than the format allows; it was kept whole"),
    "name_from_parts": _("There is no name; it was made of the kind, brand and model"),
    "no_name": _("There is no name; the article or id was shown instead"),
    "service": _("A service among the goods; it was taken as a product without stock"),
    "unit_fractional": _("A unit that is sold by parts; whole units are counted"),
    "property_unknown": _("A value of a property that nothing describes; it was left out"),
    "property_value_unknown": _("A value that is not in the directory of its property; it was left out"),
    "property_empty": _("A property without a value"),
    "reference_no_name": _("An entry of a reference book without a name; it was passed over"),
    "tax_outdated": _("A VAT rate that is no longer in force; it was kept as it was sent"),
    "tax_unknown": _("A VAT rate that is not known; it was left out"),
    "no_barcode": _("A product without a barcode"),
    "barcode_wrong": _("A barcode whose check digit or length is wrong; it was kept as a plain code"),
    "barcode_repeated": _("A barcode that several things share; the first kept it"),
    "picture_missing": _("A picture that the exchange did not bring"),
    "no_picture": _("A product without a picture"),
    "picture_relative": _("An address of a picture without its site; the site of the shop was put before it"),
    "picture_address_odd": _("An address of a picture with a doubled slash; it was kept as it was sent"),
    "barcode_of_product": _(
        "A barcode of a product that has several variants; nobody can say whose it is, so it was left out"
    ),
    "not_kept": _("A part of a product that the catalogue could not keep; the rest was taken"),
    "absent_too_many": _("More than half of the goods were absent; none of them was deactivated"),
    "weight_unreadable": _("A weight that cannot be read; it was left out"),
    "no_id": _("A record without an id; it was refused"),
    # offers
    "offer_without_goods": _("An offer of a product that nothing describes; a product was made from the offer"),
    "offer_implied": _("A price or stock of a product whose offer has no name; it was taken as the product itself"),
    "offer_unknown": _("A price or stock of an offer that nothing describes; it was refused"),
    "offer_not_taken": _("A price or stock of an offer that was refused; it was refused with it"),
    "offer_repeated": _("An offer id that occurs more than once; the last was taken"),
    "goods_without_offer": _("A product that nothing is offered of: it has no price and no stock"),
    "options_from_name": _(
        "A variant whose characteristics are not given; the words in brackets of its name were taken"
    ),
    "options_repeated": _("Variants of a product that look alike; the id tells them apart"),
    "name_contradicts_options": _(
        "The name says something else than the characteristics; the characteristics were taken"
    ),
    "names_differ": _("An offer is named otherwise than its product"),
    "article_differs": _("An offer has another article than its product"),
    "unit_differs": _("An offer is counted in another unit than its product"),
    "not_available": _("An offer that the feed says is not available"),
    "availability_unknown": _("A word for availability that is not known; it was passed over"),
    "offer_disabled": _("An offer that the feed has switched off; it is out of sale"),
    # prices
    "no_price": _("An offer without a price"),
    "price_zero": _("A price of zero; it was not taken"),
    "price_negative": _("A price below zero; it was not taken"),
    "price_unreadable": _("A price that cannot be read; it was not taken"),
    "price_refused": _("A price that the catalogue could not take; it was refused"),
    "price_repeated": _("An offer with two prices of one type; the one per base unit was taken"),
    "price_type_unknown": _("A price of a type that nothing describes; it was taken under its id"),
    "price_rounded": _("A price with more decimals than its currency has; it was rounded"),
    "currency_renamed": _("An old or spoken name of a currency; its ISO code was taken"),
    "currency_unknown": _("A currency that is not known; the price was not taken"),
    "currency_differs": _("A price in another currency than its type; the price's own was taken"),
    "oldprice_not_higher": _("An old price that is not higher than the price; it was left out"),
    "oldprice_unreadable": _("An old price that cannot be read; it was left out"),
    "sale_currency": _("A sale price in another currency than the price; it was left out"),
    "sale_not_now": _("A sale price that is not in force now; the usual price was taken"),
    "sale_period_unreadable": _("The period of a sale price cannot be read; the usual price was taken"),
    "currency_unused": _("A currency that is declared and not used"),
    # stock
    "stock_negative": _("Stock below zero; it was taken as none"),
    "stock_fraction": _("Stock that is not a whole number; it was rounded down"),
    "stock_unreadable": _("Stock that cannot be read; it was left out"),
    "stock_disagrees": _("The total differs from the sum of the stores; the stores were trusted"),
    "stock_no_stores": _("A total without stores; it was not taken, since nobody says where the stock is"),
    "store_unknown": _("Stock in a store that nothing describes; the store was made under its id"),
    "stock_before_book": _(
        "Stock of a time before anything is known of the place; what came first may be counted twice, check it"
    ),
    "stock_too_many_zeros": _("Too much of the stock would become zero at once; nothing of it was taken"),
    # orders
    "order_unknown": _("An order that is not in the order book"),
    "order_status_unknown": _("A status that has no counterpart here; it was noted and changed nothing"),
    "order_sum_differs": _("The sum of the lines is not the sum of the order"),
    "order_not_possible": _("A change that the order no longer allows; it was noted and changed nothing"),
}


@dataclass(slots=True)
class Noted:
    """One kind of oddity: how often, and the first few places, as (line, what about)."""

    count: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Oddities:
    """What was odd in a document so far."""

    noted: dict[str, Noted] = field(default_factory=dict)

    def note(self, kind: str, text: str = "", *, line: int = 0, count: int = 1) -> None:
        """Count an oddity of a kind; the first few are kept as examples."""
        if kind not in KINDS:
            raise KeyError(kind)
        found = self.noted.setdefault(kind, Noted())
        found.count += count
        if len(found.examples) < EXAMPLES:
            found.examples.append((line, text[:200]))

    def plain(self) -> dict[str, dict[str, Any]]:
        """As JSON keeps it."""
        return {
            kind: {"count": one.count, "examples": [list(each) for each in one.examples]}
            for kind, one in self.noted.items()
        }

    @classmethod
    def of(cls, plain: dict[str, dict[str, Any]]) -> "Oddities":
        """Back from JSON."""
        made = cls()
        for kind, told in plain.items():
            made.noted[kind] = Noted(told["count"], [(line, text) for line, text in told["examples"]])
        return made
