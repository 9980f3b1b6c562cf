"""Files in: any domain may offer an importer; this package reads, maps, batches, resumes and reports.

Invariants: a file is read in flat memory; a batch and the position after it are one transaction, so a killed import
resumes exactly; every row that was not written stands in the rejects file with its reason. It knows no domain: what
a row means, and by which natural key it is known, is the importer's. See docs/imports.md.
"""
