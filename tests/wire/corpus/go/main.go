// Reads lines of "TYPE<tab>HEX" and says of each what stock protovalidate says.
//
// usage: go run . IMAGE.binpb < CASES      A line "accept" or "refuse" for each case.
package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	image := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(must(os.ReadFile(os.Args[1])), image); err != nil {
		log.Fatal(err)
	}
	files := must(protodesc.NewFiles(image))
	validator := must(protovalidate.New(protovalidate.WithFailFast()))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	cases := bufio.NewScanner(os.Stdin)
	cases.Buffer(nil, 16<<20)
	for cases.Scan() {
		name, data, _ := strings.Cut(cases.Text(), "\t")
		found := must(files.FindDescriptorByName(protoreflect.FullName(name)))
		message := dynamicpb.NewMessage(found.(protoreflect.MessageDescriptor))
		if err := proto.Unmarshal(must(hex.DecodeString(data)), message); err != nil {
			log.Fatal(name, err)
		}
		var wrong *protovalidate.ValidationError
		switch err := validator.Validate(message); {
		case err == nil:
			fmt.Fprintln(out, "accept")
		case errors.As(err, &wrong):
			fmt.Fprintln(out, "refuse")
		default:
			log.Fatal(err)
		}
	}
}
