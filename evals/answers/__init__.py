"""The study of answers: sets, asking, judging, figures. ``evals/answer_study.py`` is its door."""
