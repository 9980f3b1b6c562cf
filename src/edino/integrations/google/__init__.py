"""Google Merchant: product and local inventory feeds. `reader` takes RSS and TSV in, `writer` makes ours."""
