//! Nothing: the manifest names what is fetched.
