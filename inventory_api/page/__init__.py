"""
The page of one event: its seat map, live.

`document` writes the HTML, `assets` gives the files that it loads. The scripts are plain modules that browsers run as they
are: begin with `main.js`.
"""
