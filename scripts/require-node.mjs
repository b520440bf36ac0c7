// Every npm script starts here. Written so that an old Node can still read it.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `s3-encryption-auditor needs Node 24 or later (the Lambda runtime is nodejs24.x), but this is Node ${process.versions.node} at ${process.execPath}.\n` +
      'The dev dependency "node" brings Node 24 along when its install script may run: try "npm rebuild node --ignore-scripts=false".\n' +
      'Where install scripts are switched off, install Node 24 or later yourself: https://nodejs.org/',
  );
  process.exit(2);
}
