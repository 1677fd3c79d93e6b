module.exports = (config) => config.addGlobalData("layout", "post.njk");
