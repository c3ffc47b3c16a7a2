"""Custody: who sent what, when and in which state; the tablets' protocol, pages, jobs and the command line.

Layers, each importing only those below it:

    cli                      commands
    demo                     the demonstration survey and its simulated tablets
    worker | wsgi            the two processes
    app                      the application: a table of contents
    web | api | openrosa     entry points: pages, programs, tablets; they translate and decide nothing
    handouts                 cards with tablets' codes, and the page for whoever gets a tablet
    jobs | schemas           long verbs; what may come in and go out
    operations               verbs on nouns, in the caller's transaction
    intake | permissions     the writer of submissions; who may do what
    models                   tables and the queries on them
    db | storage | config
    errors
"""
