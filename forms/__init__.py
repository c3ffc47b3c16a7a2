"""Questionnaires as data: read a form folder, compile it for the tablet, read back what was filled in.

from forms import catalog, checks, xform
from forms.definition import Form

workbook = catalog.load("census_migration", parameters={"country_name": "Popstan"})
findings = checks.check(workbook)        # every defect, with its place and its cure
form = Form.from_workbook(workbook)      # the tree of questions, groups and repeats
tablet = xform.compile(workbook)         # the XForm, its md5 and the files it expects
"""
