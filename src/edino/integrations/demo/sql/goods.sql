-- name: goods
-- By DuckDB, from the year of invoices: each code's name, last price in pennies, and what lay there when the year began.
WITH line AS (
    SELECT StockCode AS sku, Description AS words, CAST(Quantity AS BIGINT) AS pieces, UnitPrice AS price,
           InvoiceDate AS moment, file_row_number AS place
      FROM read_parquet($file, file_row_number = true)
), gone AS (
    SELECT sku, sum(pieces) OVER (PARTITION BY sku ORDER BY moment, place) AS pieces FROM line
), opening AS (
    SELECT sku, greatest(0, max(pieces)) AS pieces FROM gone GROUP BY sku
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
       CAST(opening.pieces AS BIGINT) AS opening
  FROM opening
  LEFT JOIN named USING (sku)
  LEFT JOIN priced USING (sku)
 WHERE named.rank IS NULL OR named.rank = 1
 ORDER BY sku;
