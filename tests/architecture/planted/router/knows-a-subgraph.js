import '../subgraphs/b/service/thing.js';
