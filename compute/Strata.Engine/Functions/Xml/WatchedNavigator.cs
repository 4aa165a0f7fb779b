using System.Diagnostics.CodeAnalysis;
using System.Xml;
using System.Xml.XPath;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Xml;

/// <summary>A navigator that looks at the statement's cancellation as it moves: a path may visit all nodes for each node. Not thread-safe.</summary>
internal sealed class WatchedNavigator(XPathNavigator inner) : XPathNavigator
{
    public override string BaseURI => inner.BaseURI;

    public override bool IsEmptyElement => inner.IsEmptyElement;

    public override string LocalName => inner.LocalName;

    public override string Name => inner.Name;

    public override string NamespaceURI => inner.NamespaceURI;

    public override XmlNameTable NameTable => inner.NameTable;

    public override XPathNodeType NodeType => inner.NodeType;

    public override string Prefix => inner.Prefix;

    public override string Value => inner.Value;

    public override object? UnderlyingObject => inner.UnderlyingObject;

    public override bool HasAttributes => inner.HasAttributes;

    public override bool HasChildren => inner.HasChildren;

    public override string XmlLang => inner.XmlLang;

    public override XPathNavigator Clone() => new WatchedNavigator(inner.Clone());

    public override bool IsSamePosition(XPathNavigator other) => inner.IsSamePosition(Unwrapped(other));

    public override bool IsDescendant([NotNullWhen(true)] XPathNavigator? nav) => nav is not null && inner.IsDescendant(Unwrapped(nav));

    public override XmlNodeOrder ComparePosition(XPathNavigator? nav)
    {
        DepthGuard.Step();
        return nav is null ? XmlNodeOrder.Unknown : inner.ComparePosition(Unwrapped(nav));
    }

    public override string? LookupNamespace(string prefix) => inner.LookupNamespace(prefix);

    public override bool MoveTo(XPathNavigator other) => Watched(inner.MoveTo(Unwrapped(other)));

    public override bool MoveToFirstAttribute() => Watched(inner.MoveToFirstAttribute());

    public override bool MoveToFirstChild() => Watched(inner.MoveToFirstChild());

    public override bool MoveToFirstNamespace(XPathNamespaceScope namespaceScope) => Watched(inner.MoveToFirstNamespace(namespaceScope));

    public override bool MoveToId(string id) => Watched(inner.MoveToId(id));

    public override bool MoveToNext() => Watched(inner.MoveToNext());

    public override bool MoveToNextAttribute() => Watched(inner.MoveToNextAttribute());

    public override bool MoveToNextNamespace(XPathNamespaceScope namespaceScope) => Watched(inner.MoveToNextNamespace(namespaceScope));

    public override bool MoveToParent() => Watched(inner.MoveToParent());

    public override bool MoveToPrevious() => Watched(inner.MoveToPrevious());

    private static XPathNavigator Unwrapped(XPathNavigator other) => other is WatchedNavigator watched ? watched.Inner : other;

    private XPathNavigator Inner => inner;

    private static bool Watched(bool moved)
    {
        DepthGuard.Step();
        return moved;
    }
}
