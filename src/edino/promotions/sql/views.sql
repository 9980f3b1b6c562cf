CREATE VIEW pub.promotions_book AS
SELECT book.version FROM promotions_book AS book;
COMMENT ON VIEW pub.promotions_book IS 'The version of the book of promotions: another number, other rules.';
