// Writes the descriptors of Envoy's v3 API, as linked into this program, to the file named by its argument: one
// google.protobuf.FileDescriptorSet with every file and all that they import, options (validate.rules) kept.
// The packages to link come from imports.go, which make.mjs writes from the module's folders.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// wanted: the files of Envoy's v3 API. What they import follows.
func wanted(path string) bool {
	return strings.HasPrefix(path, "envoy/") && strings.Contains(path, "/v3")
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: envoy-api OUTPUT")
		os.Exit(2)
	}
	var roots []string
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if wanted(file.Path()) {
			roots = append(roots, file.Path())
		}
		return true
	})
	sort.Strings(roots)

	// Imports first, then by name: the order is the same on every machine.
	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	var add func(path string)
	add = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		file, err := protoregistry.GlobalFiles.FindFileByPath(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, path, err)
			os.Exit(1)
		}
		described := protodesc.ToFileDescriptorProto(file)
		described.SourceCodeInfo = nil
		imports := append([]string(nil), described.GetDependency()...)
		sort.Strings(imports)
		for _, imported := range imports {
			add(imported)
		}
		set.File = append(set.File, described)
	}
	for _, root := range roots {
		add(root)
	}

	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := os.WriteFile(os.Args[1], bytes, 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d files of Envoy's v3 API, %d with what they import, %d bytes\n", len(roots), len(set.File), len(bytes))
}
