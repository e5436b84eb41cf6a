import '../data/rows.js';
