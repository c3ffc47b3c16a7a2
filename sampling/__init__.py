"""Who is asked: frames, plans and draws with known probabilities.

from sampling import frame, plan, sample

written = plan.read("plan.toml")
drawn = plan.draw(written, frame.read(written.frame, written.key))
drawn.units, drawn.design           # the units with their probabilities; what `weighting` needs to know
sample.write(drawn, "sample")       # sample.csv, psus.csv, joint.csv, record.json
"""
