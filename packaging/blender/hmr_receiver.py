# SPDX-License-Identifier: MIT
"""Blender add-on: moves an armature with the motion that `hmr run --stream` (or the window) sends over UDP, VMC or JSON."""
bl_info = {
    "name": "HMR Studio receiver",
    "author": "HMR Studio",
    "version": (1, 0, 0),
    "blender": (3, 0, 0),
    "location": "3D View > Sidebar > HMR",
    "description": "Moves an armature with a live stream from HMR Studio (VMC or JSON over UDP)",
    "category": "Animation",
}

import json
import socket
import struct

import bpy
from mathutils import Matrix, Quaternion, Vector

SMPL = ("pelvis left_hip right_hip spine1 left_knee right_knee spine2 left_ankle right_ankle spine3 left_foot right_foot neck "
        "left_collar right_collar head left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_hand "
        "right_hand").split()
HUMANOID = ("Hips LeftUpperLeg RightUpperLeg Spine LeftLowerLeg RightLowerLeg Chest LeftFoot RightFoot UpperChest LeftToes RightToes "
            "Neck LeftShoulder RightShoulder Head LeftUpperArm RightUpperArm LeftLowerArm RightLowerArm LeftHand RightHand "
            "LeftMiddleProximal RightMiddleProximal").split()
UNREAL = ("pelvis thigh_l thigh_r spine_01 calf_l calf_r spine_02 foot_l foot_r spine_03 ball_l ball_r neck_01 clavicle_l clavicle_r head "
          "upperarm_l upperarm_r lowerarm_l lowerarm_r hand_l hand_r middle_01_l middle_01_r").split()
MIXAMO = ("Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot Spine2 LeftToeBase RightToeBase Neck LeftShoulder "
          "RightShoulder Head LeftArm RightArm LeftForeArm RightForeArm LeftHand RightHand LeftHandMiddle1 RightHandMiddle1").split()
SMPL_OF_HUMANOID = dict(zip(HUMANOID, SMPL))
BONE_NAMES = {names[0]: names for names in zip(SMPL, HUMANOID, UNREAL, MIXAMO)}


def osc_text(data, at):
    end = data.index(b"\0", at)
    return data[at:end].decode("utf-8", "replace"), end + 4 - end % 4


def osc_messages(data):
    """(address, arguments) of every message of a packet; raises ValueError or struct.error for what is no OSC."""
    if data.startswith(b"#bundle\0"):
        at = 16
        while at < len(data):
            (size,) = struct.unpack_from(">I", data, at)
            yield from osc_messages(data[at + 4:at + 4 + size])
            at += 4 + size
        return
    address, at = osc_text(data, 0)
    types, at = osc_text(data, at)
    arguments = []
    for kind in types[1:]:
        if kind == "s":
            value, at = osc_text(data, at)
        else:
            (value,) = struct.unpack_from(">f" if kind == "f" else ">i", data, at)
            at += 4
        arguments.append(value)
    yield address, arguments


def pose_of_packet(data, person=0):
    """{joint: rotation to its parent}, hips' place or None; y up, right-handed. Empty when the packet holds no pose."""
    if data[:1] == b"{":
        people = sorted(json.loads(data)["people"], key=lambda p: p["id"])
        if person >= len(people):
            return {}, None
        joints = people[person]["joints"]
        return {name: Quaternion(q) for name, q in zip(SMPL, people[person]["rotations"])}, Vector(joints[0])
    turns, place = {}, None
    for address, values in osc_messages(data):
        if address != "/VMC/Ext/Bone/Pos" or len(values) < 8 or values[0] not in SMPL_OF_HUMANOID:
            continue
        name, px, py, pz, qx, qy, qz, qw = values[:8]
        turns[SMPL_OF_HUMANOID[name]] = Quaternion((qw, qx, -qy, -qz))  # from Unity's left-handed frame
        if name == "Hips":
            place = Vector((-px, py, pz))
    return turns, place


Z_UP = Matrix(((1, 0, 0), (0, 0, -1), (0, 1, 0)))


def bone_named(armature, joint):
    """The bone of a joint under any of the known names, alone or behind a prefix ("mixamorig:", "person_1_")."""
    wanted = BONE_NAMES[joint]
    for bone in armature.pose.bones:
        name = bone.name.split(":")[-1]
        if name in wanted or name.endswith(tuple("_" + known for known in wanted)):
            return bone
    return None


def apply_pose(armature, turns, place):
    """Sets the pose: rotations are between axes of the rest frame, so each is taken into its bone's own axes."""
    world = armature.matrix_world.to_3x3().normalized()
    into_armature = world.inverted() @ Z_UP
    for joint, turn in turns.items():
        bone = bone_named(armature, joint)
        if bone is None:
            continue
        axes = bone.bone.matrix_local.to_3x3().inverted() @ into_armature
        bone.rotation_mode = "QUATERNION"
        bone.rotation_quaternion = (axes @ turn.to_matrix() @ axes.inverted()).to_quaternion()
        if joint == "pelvis" and place is not None:
            head = armature.matrix_world.inverted() @ (Z_UP @ place)
            bone.location = bone.bone.matrix_local.to_3x3().inverted() @ (head - bone.bone.head_local)


class Receiver:
    """A UDP port whose packets become poses; raises OSError when it cannot be listened to."""

    def __init__(self, address, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        try:
            self.socket.bind((address, port))
        except OSError:
            self.socket.close()
            raise

    def close(self):
        self.socket.close()

    def take_newest(self, armature, person=0):
        """Poses the armature by what has arrived; the number of joints that were turned."""
        turns, place = {}, None
        while True:
            try:
                data = self.socket.recv(65536)
                new_turns, new_place = pose_of_packet(data, person)
            except BlockingIOError:
                break
            except (ValueError, KeyError, TypeError, struct.error):
                continue  # a packet of somebody else
            turns.update(new_turns)
            place = new_place if new_place is not None else place
        if turns:
            apply_pose(armature, turns, place)
        return len(turns)


class HMR_OT_receive(bpy.types.Operator):
    bl_idname = "hmr.receive"
    bl_label = "Receive"
    bl_description = "Move the chosen armature with the stream until Escape is pressed"

    def invoke(self, context, event):
        settings = context.scene.hmr_receiver
        if settings.armature is None:
            self.report({"ERROR"}, "Choose an armature first")
            return {"CANCELLED"}
        try:
            self.receiver = Receiver(settings.address, settings.port)
        except OSError as error:
            self.report({"ERROR"}, f"Port {settings.port} cannot be listened to: {error}")
            return {"CANCELLED"}
        self.timer = context.window_manager.event_timer_add(1 / 60, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        if event.type == "ESC":
            context.window_manager.event_timer_remove(self.timer)
            self.receiver.close()
            return {"FINISHED"}
        if event.type == "TIMER":
            settings = context.scene.hmr_receiver
            self.receiver.take_newest(settings.armature, settings.person - 1)
        return {"PASS_THROUGH"}


class HmrReceiverSettings(bpy.types.PropertyGroup):
    armature: bpy.props.PointerProperty(name="Armature", type=bpy.types.Object, poll=lambda self, o: o.type == "ARMATURE")
    address: bpy.props.StringProperty(name="Address", default="127.0.0.1", description="Address to listen on; 0.0.0.0 for the network")
    port: bpy.props.IntProperty(name="Port", default=39539, min=1, max=65535)
    person: bpy.props.IntProperty(name="Person", default=1, min=1, description="Which person of a JSON stream")


class HMR_PT_receiver(bpy.types.Panel):
    bl_label = "HMR receiver"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "HMR"

    def draw(self, context):
        for name in ("armature", "address", "port", "person"):
            self.layout.prop(context.scene.hmr_receiver, name)
        self.layout.operator("hmr.receive")


CLASSES = (HmrReceiverSettings, HMR_OT_receive, HMR_PT_receiver)


def register():
    for entry in CLASSES:
        bpy.utils.register_class(entry)
    bpy.types.Scene.hmr_receiver = bpy.props.PointerProperty(type=HmrReceiverSettings)


def unregister():
    del bpy.types.Scene.hmr_receiver
    for entry in reversed(CLASSES):
        bpy.utils.unregister_class(entry)


if __name__ == "__main__":
    register()
