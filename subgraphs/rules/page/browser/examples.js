/** What a visitor can begin with; the sets of these names stand alone. */
export const EXAMPLES = [
  {
    name: 'Holding time: which samples are still fit',
    rules: `% Nitrate is analysed within 48 hours of sampling, and within 28 days when acidified.
holding_hours(nitrate, plain, 48).
holding_hours(nitrate, acidified, 672).

% A sample is fit while its holding time lasts.
fit(Sample, Analyte) :-
    sampled_at(Sample, Taken),
    preserved(Sample, How),
    holding_hours(Analyte, How, Limit),
    now(Now),
    Now - Taken =< Limit.
`,
    facts: `now(490100)
sampled_at(w1, 490080)
preserved(w1, plain)
sampled_at(w2, 490000)
preserved(w2, plain)
sampled_at(w3, 489900)
preserved(w3, acidified)
`,
    goal: 'fit(Sample, nitrate)',
  },
  {
    name: 'Aliquots: from which sample does one come',
    rules: `% An aliquot comes from its parent, and from whatever its parent comes from.
comes_from(Aliquot, Parent) :- aliquot_of(Aliquot, Parent).
comes_from(Aliquot, Origin) :- aliquot_of(Aliquot, Parent), comes_from(Parent, Origin).
`,
    facts: `aliquot_of(a1, s1)
aliquot_of(a2, a1)
aliquot_of(a3, a2)
`,
    goal: 'comes_from(a3, Origin)',
  },
  {
    name: 'Release: a report that may not go out (fails)',
    rules: `% A report goes out when somebody else than the analyst has verified its result.
may_release(Report) :-
    result_of(Report, Result),
    entered_by(Result, Analyst),
    verified_by(Result, Verifier),
    Verifier \\== Analyst,
    \\+ flagged(Result, critical).
`,
    facts: `result_of(r1, nitrate_w1)
entered_by(nitrate_w1, ana)
`,
    goal: 'may_release(r1)',
  },
];
