import './tests/helper.js';
