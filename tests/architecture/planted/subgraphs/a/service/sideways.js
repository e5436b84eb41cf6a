import '../../b/service/thing.js';
