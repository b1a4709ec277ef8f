"""What the package pulls in: a bill of materials, and known vulnerabilities. ``make sbom``, ``make audit``. Not part of the package."""
