"""
Every event of the projection in memory, made to be searched: no search asks the database.

Start with `keeper`: the `Catalogue` follows the projection. It reads what changed (`rows`, `accessible`) into a `table` of
numpy columns with an index of words (`text`, `segments`, `words_index`). A search is a filter (`filters`), counted
(`facets`), sorted and cut (`pages`), and put together in `search`; `bulk` answers for events by id.
"""
