-- name: goods
-- By DuckDB, from the year of invoices: each code's name, last price in pennies, and what lay there when the year began.
WITH line AS (
    SELECT StockCode AS sku, Description AS words, UnitPrice AS price, InvoiceDate AS moment, file_row_number AS place,
           CAST(CASE WHEN UnitPrice < 0 THEN 0 ELSE Quantity END AS BIGINT) AS pieces
      FROM read_parquet($file, file_row_number = true)
), gone AS (
    SELECT sku, sum(pieces) OVER (PARTITION BY sku ORDER BY seen, place) AS pieces
      FROM (SELECT *, CASE WHEN pieces < 0 THEN moment + INTERVAL 14 DAY ELSE moment END AS seen FROM line) AS shelf
), opening AS (
    SELECT sku, greatest(0, max(pieces)) AS pieces FROM gone GROUP BY sku
), total AS (
    SELECT sku, sum(pieces) AS pieces FROM line GROUP BY sku
), named AS (
    SELECT sku, trim(words) AS words, count(*) AS times,
           row_number() OVER (PARTITION BY sku ORDER BY count(*) DESC, trim(words)) AS rank
      FROM line
     WHERE words = upper(words) AND length(trim(words)) > 4
     GROUP BY sku, trim(words)
), priced AS (
    SELECT sku, arg_max(price, (moment, place)) AS price FROM line WHERE price >= 0.01 AND pieces > 0 GROUP BY sku
)
SELECT sku, coalesce(named.words, sku) AS name, CAST(round(coalesce(priced.price, 0) * 100) AS BIGINT) AS price,
       CAST(opening.pieces AS BIGINT) AS opening,
       CAST(opening.pieces - total.pieces AS BIGINT) AS left_over
  FROM opening
  JOIN total USING (sku)
  LEFT JOIN named USING (sku)
  LEFT JOIN priced USING (sku)
 WHERE named.rank IS NULL OR named.rank = 1
 ORDER BY sku;
