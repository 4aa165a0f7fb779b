using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>What rewrites work with.</summary>
internal sealed record RewriteContext(QueryMetadata Metadata, IFunctionContext Functions);
