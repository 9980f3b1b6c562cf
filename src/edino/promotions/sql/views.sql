CREATE VIEW pub.promotions_book AS
SELECT book.version FROM promotions_book AS book;
COMMENT ON VIEW pub.promotions_book IS 'The version of the book of promotions: another number, other rules.';

CREATE VIEW pub.promotions_gift_entry AS
SELECT entry.id, entry.card_id, entry.kind, entry.amount, entry.order_uid, entry.at
  FROM promotions_gift_entry AS entry;
COMMENT ON VIEW pub.promotions_gift_entry IS 'What was put on gift cards (above zero) and taken from them, in minor units.';
