package main

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/internal/compiler/wasm"
	"github.com/open-policy-agent/opa/v1/ast"
)

// refuseBuiltins names every call of a built-in that is refused or that the evaluator cannot run, with its place.
func refuseBuiltins(module *ast.Module, wanted request, out *reply) {
	check := func(operator ast.Ref, at *ast.Location) {
		name := operator.String()
		builtin, known := ast.BuiltinMap[name]
		if !known {
			return
		}
		if !slices.Contains(out.Builtins, name) {
			out.Builtins = append(out.Builtins, name)
		}
		switch {
		case slices.Contains(wanted.Refused, name) || builtin.Nondeterministic:
			out.note("error", "rego_unsafe_builtin", name+" reaches the network or the environment, or is not deterministic", name, at)
		case name == "print" || wasm.IsWasmEnabled(name) || slices.Contains(wanted.HostBuiltins, name):
		default:
			out.note("error", "rego_unsupported_builtin", name+" is not available in the policy evaluator", name, at)
		}
	}
	visit := func(node any) bool {
		switch node := node.(type) {
		case *ast.Expr:
			if node.IsCall() {
				check(node.Operator(), node.Location)
			}
		case *ast.Term:
			if call, ok := node.Value.(ast.Call); ok && len(call) > 0 {
				if operator, ok := call[0].Value.(ast.Ref); ok {
					check(operator, node.Location)
				}
			}
		}
		return false
	}
	ast.NewGenericVisitor(visit).Walk(module)
}

// inspect reads what the module decides with: entry rules, members of input, and data nobody supplies.
func inspect(module, parsed *ast.Module, compiler *ast.Compiler, wanted request, out *reply) {
	for _, name := range wanted.Rules {
		rules := compiler.GetRules(module.Package.Path.Append(ast.StringTerm(name)))
		if len(rules) == 0 {
			continue
		}
		if len(rules[0].Head.Args) > 0 {
			out.fail("rego_entry_is_function", name+" is a function; a decision rule takes no arguments", rules[0].Location)
			continue
		}
		out.Rules = append(out.Rules, name)
		out.Names[name] = []string{}
		seen := map[*ast.Rule]bool{}
		for _, rule := range rules {
			collectNames(rule, module.Package.Path, compiler, seen, name, out)
		}
	}
	pkg := module.Package.Path
	ast.WalkRefs(module, func(ref ast.Ref) bool {
		switch {
		case ref.HasPrefix(ast.InputRootRef):
			member := "*"
			if len(ref) > 1 {
				if text, ok := ref[1].Value.(ast.String); ok {
					member = string(text)
				}
			}
			if !slices.Contains(out.Inputs, member) {
				out.Inputs = append(out.Inputs, member)
			}
		case ref.HasPrefix(ast.DefaultRootRef) && !ref.HasPrefix(pkg):
			out.fail("rego_external_data", ref.String()+" is never supplied: a bundle is one module without data, so a rule that reads it silently never holds", ref[0].Location)
		}
		return false
	})
	ast.WalkTerms(module, func(term *ast.Term) bool {
		switch value := term.Value.(type) {
		case ast.Var:
			if value.Equal(ast.InputRootDocument.Value) && !slices.Contains(out.Inputs, "*") {
				out.Inputs = append(out.Inputs, "*")
			}
		case ast.Ref:
			// The head of a reference is visited as a variable of its own; it was judged above.
			for _, part := range value[1:] {
				if nested, ok := part.Value.(ast.Ref); ok && nested.HasPrefix(ast.InputRootRef) && len(nested) == 1 {
					out.Inputs = append(out.Inputs, "*")
				}
			}
			return true
		}
		return false
	})
	warnImplicitV1(parsed, out)
}

// collectNames gathers the string constants of a rule and of every rule it depends on. Package and input
// paths are not constants of the author's choosing and stay out, and so does what stands under a negation: a
// rule that holds unless the tool is X does not name X.
func collectNames(rule *ast.Rule, pkg ast.Ref, compiler *ast.Compiler, seen map[*ast.Rule]bool, entry string, out *reply) {
	if seen[rule] {
		return
	}
	seen[rule] = true
	add := func(term *ast.Term) {
		if text, ok := term.Value.(ast.String); ok && !slices.Contains(out.Names[entry], string(text)) {
			out.Names[entry] = append(out.Names[entry], string(text))
		}
	}
	visit := func(node any) bool {
		switch node := node.(type) {
		case *ast.Expr:
			return node.Negated || (node.IsCall() && node.Operator().Equal(ast.NotEqual.Ref()))
		case *ast.Term:
			ref, ok := node.Value.(ast.Ref)
			if !ok {
				add(node)
				return false
			}
			start := len(ref)
			if ref.HasPrefix(pkg) {
				start = min(start, len(pkg)+1)
				for _, dependency := range compiler.GetRulesDynamic(ref) {
					collectNames(dependency, pkg, compiler, seen, entry, out)
				}
			} else if !ref.HasPrefix(ast.InputRootRef) {
				start = 1
			}
			for _, part := range ref[start:] {
				add(part)
			}
			return true
		}
		return false
	}
	visitor := ast.NewGenericVisitor(visit)
	for each := rule; each != nil; each = each.Else {
		visitor.Walk(each.Body)
		if each.Head.Key != nil {
			visitor.Walk(each.Head.Key)
		}
		if each.Head.Value != nil {
			visitor.Walk(each.Head.Value)
		}
	}
}

// warnImplicitV1 tells authors whose file also has to load in OPA before 1.0.
func warnImplicitV1(parsed *ast.Module, out *reply) {
	if out.RegoVersion != "v1" || parsed == nil {
		return
	}
	for _, each := range parsed.Imports {
		path := each.Path.String()
		if path == "rego.v1" || strings.HasPrefix(path, "future.keywords") {
			return
		}
	}
	for _, rule := range parsed.Rules {
		if !rule.Default && rule.Location != nil && (strings.Contains(string(rule.Location.Text), " if") || strings.Contains(string(rule.Location.Text), " contains ")) {
			out.warn("rego_v1_without_import", "`if` and `contains` are used without `import rego.v1`; OPA before 1.0 refuses this file", rule.Location)
			return
		}
	}
}
