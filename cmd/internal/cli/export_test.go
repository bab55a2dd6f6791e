package cli

// DescribeBuild is describeBuild.
var DescribeBuild = describeBuild
