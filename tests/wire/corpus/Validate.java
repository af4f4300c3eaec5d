// Reads lines of "TYPE<tab>HEX" and says of each what stock protovalidate says.
// usage: java -cp JARS/* Validate.java IMAGE.binpb < CASES      A line "accept" or "refuse" for each case.

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.validate.ValidateProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ExtensionRegistry;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

public class Validate {
  private static final Map<String, FileDescriptorProto> protos = new HashMap<>();
  private static final Map<String, FileDescriptor> files = new HashMap<>();

  private static FileDescriptor file(String name) throws Exception {
    if (!files.containsKey(name)) {
      FileDescriptorProto proto = protos.get(name);
      FileDescriptor[] imports = new FileDescriptor[proto.getDependencyCount()];
      for (int i = 0; i < imports.length; i++) imports[i] = file(proto.getDependency(i));
      files.put(name, FileDescriptor.buildFrom(proto, imports));
    }
    return files.get(name);
  }

  public static void main(String[] args) throws Exception {
    ExtensionRegistry extensions = ExtensionRegistry.newInstance();
    ValidateProto.registerAllExtensions(extensions);
    Map<String, Descriptor> messages = new HashMap<>();
    for (FileDescriptorProto proto : FileDescriptorSet.parseFrom(new FileInputStream(args[0]), extensions).getFileList())
      protos.put(proto.getName(), proto);
    for (String name : protos.keySet())
      for (Descriptor message : file(name).getMessageTypes()) messages.put(message.getFullName(), message);

    Validator validator = ValidatorFactory.newBuilder().build();
    BufferedReader cases = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = cases.readLine()) != null; ) {
      String[] parts = line.split("\t", -1);
      DynamicMessage message = DynamicMessage.parseFrom(messages.get(parts[0]), HexFormat.of().parseHex(parts[1]));
      System.out.println(validator.validate(message).isSuccess() ? "accept" : "refuse");
    }
  }
}
