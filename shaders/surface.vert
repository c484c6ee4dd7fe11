// SPDX-License-Identifier: MIT
uniform mat4 clipFromModel;
uniform mat3 viewRotation;     // of the model into view axes: x right, y down, z forward
uniform vec3 viewTranslation;
uniform int partLabelOffset;
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec3 color;
layout(location = 3) in vec2 textureCoordinate;
layout(location = 4) in uint partLabel;
#ifdef WIREFRAME
layout(location = 5) in float edgeLength;  // metres
uniform float pixelsPerMetre;
out float lineStrength;
#endif
invariant gl_Position;         // the layer's depth pass and its colour pass must agree
out vec3 viewPosition;
out vec3 viewNormal;
out vec3 vertexColor;
out vec2 surfaceCoordinate;
flat out uint surfacePart;

void main() {
    viewPosition = viewRotation * position + viewTranslation;
    viewNormal = viewRotation * normal;
    vertexColor = color;
    surfaceCoordinate = vec2(textureCoordinate.x, 1.0 - textureCoordinate.y);
    surfacePart = partLabel + uint(partLabelOffset);
#ifdef WIREFRAME
    lineStrength = min(0.05 * edgeLength * pixelsPerMetre, 0.6);  // where edges crowd, full ones would hide the surface
#endif
    gl_Position = clipFromModel * vec4(position, 1.0);
}
